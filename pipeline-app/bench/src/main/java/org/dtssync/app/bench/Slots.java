package org.dtssync.app.bench;

/** Replication slots of contenders that do not make their own. Stateless. */
final class Slots {

    private Slots() {}

    static void create(Database source, String slot) {
        source.execute(
                "CREATE PUBLICATION " + slot + " FOR TABLES IN SCHEMA public",
                "SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
    }

    /** Ends its reader and removes it. */
    static void drop(Database source, String slot) {
        source.execute(
                "SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots WHERE active_pid IS NOT NULL AND slot_name = '"
                        + slot + "'",
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '" + slot
                        + "'");
    }
}
