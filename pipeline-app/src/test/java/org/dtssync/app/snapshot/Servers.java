package org.dtssync.app.snapshot;

/** TEMPORARY: servers started by hand. */
final class Servers {
    private Servers() {}

    static String source() {
        return "jdbc:postgresql://127.0.0.1:" + 55114 + "/";
    }

    static String destination() {
        return "jdbc:postgresql://127.0.0.1:" + 55117 + "/";
    }
}
