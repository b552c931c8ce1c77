package org.dtssync.app.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** How the servers of a run are set: the same for every contender. */
enum Conditions {
    /** As people run them: nothing that a commit or the server's own upkeep costs is left out. */
    USUAL("on", "on"),
    /** Without waits for the disk, and without autovacuum, which may run in one contender's time and not in another's. */
    LAB("off", "off");

    private final String fsync;
    private final String autovacuum;

    Conditions(String fsync, String autovacuum) {
        this.fsync = fsync;
        this.autovacuum = autovacuum;
    }

    /** Returns the settings of postgresql.conf. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("fsync", fsync);
        settings.put("synchronous_commit", "on");
        settings.put("autovacuum", autovacuum);
        settings.put("shared_buffers", "256MB");
        settings.put("max_wal_size", "8GB");
        settings.put("checkpoint_timeout", "30min");
        settings.put("max_replication_slots", "50");
        settings.put("max_wal_senders", "50");
        settings.put("max_locks_per_transaction", "1024");
        return settings;
    }

    @Override
    public String toString() {
        return "fsync=" + fsync + ", synchronous_commit=on, autovacuum=" + autovacuum;
    }
}
