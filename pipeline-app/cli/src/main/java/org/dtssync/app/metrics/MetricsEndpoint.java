package org.dtssync.app.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.config.MetricsSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.tasks.TaskListener;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
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

    private final TaskMetrics metrics;
    private final HttpServer server;
    private final ExecutorService answering =
            Executors.newSingleThreadExecutor(work -> daemon(work, "dts-sync-metrics-http"));
    private final Thread watching;

    private MetricsEndpoint(TaskMetrics metrics, HttpServer server, Thread watching) {
        this.metrics = metrics;
        this.server = server;
        this.watching = watching;
    }

    /**
     * Starts serving.
     *
     * @param settings where
     * @param task the task, with embedded servers resolved to their addresses
     * @throws SyncException of kind USAGE if it cannot listen there
     */
    public static MetricsEndpoint start(MetricsSettings settings, TaskFile task) {
        TaskMetrics metrics = new TaskMetrics(task.name(), task.walWarningBytes());
        HttpServer server = listen(settings);
        MetricsEndpoint endpoint =
                new MetricsEndpoint(metrics, server, daemon(new LagPoller(task, metrics), "dts-sync-metrics"));
        server.createContext(PATH, endpoint::answer);
        server.setExecutor(endpoint.answering);
        server.start();
        endpoint.watching.start();
        LOG.info("Metrics endpoint listening. task={} url={}", task.name(), endpoint.url());
        return endpoint;
    }

    private static HttpServer listen(MetricsSettings settings) {
        try {
            return HttpServer.create(new InetSocketAddress(settings.host(), settings.port()), 0);
        } catch (IOException | IllegalArgumentException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "metrics.listen " + settings.host() + ":" + settings.port() + " cannot be used: " + e.getMessage()
                            + ".",
                    "Name an address of this machine and a free port, or port 0 for any.",
                    e);
        }
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

    /** Returns where the metrics are. */
    public String url() {
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
        server.stop(0);
        answering.shutdownNow();
        watching.interrupt();
        try {
            watching.join(TimeUnit.SECONDS.toMillis(JOIN_SECONDS));
            if (!answering.awaitTermination(JOIN_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("A client of the metrics endpoint did not finish in time.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
