package org.dtssync.app.state;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.KeptSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A limit from the task file that a live setting can replace. It is read at most once per second; while the destination cannot be
 * queried, the last value applies. Thread-safe.
 */
public final class LiveLimit implements LongSupplier, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveLimit.class);

    private static final long PACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SettingStore settings;
    private final LiveSetting setting;
    private final long fromTaskFile;
    private final KeptSession session;
    private long current;
    private long readNanos;

    /**
     * Creates a limit; opens nothing yet.
     *
     * @param settings where it is set; their state is installed
     * @param fromTaskFile its value as long as it is not set
     */
    public LiveLimit(SettingStore settings, LiveSetting setting, long fromTaskFile) {
        this.settings = settings;
        this.setting = setting;
        this.fromTaskFile = fromTaskFile;
        this.session = new KeptSession(settings.destination());
        this.current = fromTaskFile;
        this.readNanos = System.nanoTime() - PACE_NANOS;
    }

    @Override
    public synchronized long getAsLong() {
        long now = System.nanoTime();
        if (now - readNanos >= PACE_NANOS) {
            readNanos = now;
            try {
                Optional<String> set = session.run(
                        "Setting " + setting.key() + " could not be read",
                        connection -> settings.current(connection, setting.key()));
                current = set.map(setting::parse).orElse(fromTaskFile);
            } catch (SyncException e) {
                LOG.debug("A live setting could not be read. key={} reason={}", setting.key(), e.getMessage());
            }
        }
        return current;
    }

    @Override
    public void close() {
        session.close();
    }
}
