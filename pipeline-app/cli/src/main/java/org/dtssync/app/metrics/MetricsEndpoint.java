package org.dtssync.app.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.config.MetricsSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskListener;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the metrics of one run over HTTP at {@code /metrics}, from its start until it is closed.
 *
 * <p>Thread-safe.
 */
public final class MetricsEndpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MetricsEndpoint.class);

    private static final String PATH = "/metrics";
    private static final long JOIN_SECONDS = 5;

    private static final long REBIND_MILLIS = 500;

    /** A run that is to be refused has ended by then. */
    private static final int QUIET_TRIES = 20;

    private final MetricsSettings settings;
    private final TaskFile task;
    private final TaskMetrics metrics;
    private final ExecutorService answering =
            Executors.newSingleThreadExecutor(work -> daemon(work, "dts-sync-metrics-http"));
    private final Thread watching;
    private final Thread rebinding = daemon(this::listenLater, "dts-sync-metrics-bind");
    private volatile @Nullable HttpServer server;

    private MetricsEndpoint(MetricsSettings settings, TaskFile task) {
        this.settings = settings;
        this.task = task;
        this.metrics = new TaskMetrics(task.name(), task.walWarningBytes());
        this.watching = daemon(new LagPoller(task, metrics), "dts-sync-metrics");
    }

    /**
     * Starts serving. Where another instance of the task has the address, it is served once that one has ended: this one may be its
     * standby, or is about to be refused.
     *
     * @param settings where
     * @param task the task, with embedded servers resolved to their addresses
     * @throws SyncException of kind USAGE if it cannot listen there
     * @throws InterruptedException if the thread was interrupted while the address was in use
     */
    public static MetricsEndpoint start(MetricsSettings settings, TaskFile task) throws InterruptedException {
        MetricsEndpoint endpoint = new MetricsEndpoint(settings, task);
        try {
            endpoint.listen();
        } catch (BindException e) {
            if (!new SyncTask(task).isRunElsewhere()) {
                throw refused(settings, e);
            }
            endpoint.rebinding.start();
        } catch (IOException | IllegalArgumentException e) {
            throw refused(settings, e);
        }
        endpoint.watching.start();
        return endpoint;
    }

    private void listen() throws IOException {
        HttpServer opened = HttpServer.create(new InetSocketAddress(settings.host(), settings.port()), 0);
        opened.createContext(PATH, this::answer);
        opened.setExecutor(answering);
        opened.start();
        server = opened;
        LOG.info("Metrics endpoint listening. task={} url={}", task.name(), url(opened));
    }

    private void listenLater() {
        try {
            for (int tries = 1; server == null; tries++) {
                Thread.sleep(REBIND_MILLIS);
                if (tries == QUIET_TRIES) {
                    LOG.info(
                            "The metrics follow once the active instance has ended, which has the address. task={} address={}:{}",
                            task.name(),
                            settings.host(),
                            settings.port());
                }
                try {
                    listen();
                } catch (IOException e) {
                    LOG.debug("The address of metrics.listen is still in use. reason={}", e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            // Only close() interrupts, and waits for this end.
            Thread.currentThread().interrupt();
        }
    }

    private static SyncException refused(MetricsSettings settings, Exception e) {
        return new SyncException(
                FaultKind.USAGE,
                "metrics.listen " + settings.host() + ":" + settings.port() + " cannot be used: " + e.getMessage()
                        + ".",
                "Name an address of this machine and a free port, or port 0 for any.",
                e);
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Returns the listener to be notified of the run. */
    public TaskListener listener() {
        return metrics;
    }

    /** Returns where the metrics are; empty while another instance has the address. */
    public Optional<String> url() {
        return Optional.ofNullable(server).map(MetricsEndpoint::url);
    }

    private static String url(HttpServer server) {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().getHostAddress();
        return "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort() + PATH;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            byte[] text = metrics.text().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
        }
    }

    @Override
    public void close() {
        rebinding.interrupt();
        watching.interrupt();
        try {
            rebinding.join(TimeUnit.SECONDS.toMillis(JOIN_SECONDS));
            HttpServer open = server;
            if (open != null) {
                open.stop(0);
            }
            answering.shutdownNow();
            watching.join(TimeUnit.SECONDS.toMillis(JOIN_SECONDS));
            if (!answering.awaitTermination(JOIN_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("A client of the metrics endpoint did not finish in time.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            metrics.close();
        }
    }
}
