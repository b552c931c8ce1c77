package org.dtssync.app.embedded;

import java.nio.file.Path;
import java.util.Map;

/**
 * How an embedded PostgreSQL server is started.
 *
 * @param major its major version: 14, 17 or 18
 * @param dataDirectory where its data and {@code server.log} are; made if it does not exist, used as it is if it does
 * @param server settings of postgresql.conf; {@code port} too, else any free one is taken
 * @param passwords whether everybody but the superuser must give a password; else nobody needs one
 */
public record PostgresSettings(int major, Path dataDirectory, Map<String, String> server, boolean passwords) {

    /** Copies the settings. */
    public PostgresSettings {
        server = Map.copyOf(server);
    }

    /** A server that can be captured from, without passwords. */
    public static PostgresSettings of(int major, Path dataDirectory) {
        return new PostgresSettings(major, dataDirectory, Map.of(), false);
    }

    /** The same with one more server setting. */
    public PostgresSettings with(String name, String value) {
        java.util.HashMap<String, String> more = new java.util.HashMap<>(server);
        more.put(name, value);
        return new PostgresSettings(major, dataDirectory, more, passwords);
    }

    /** The same, with passwords asked for. */
    public PostgresSettings withPasswords() {
        return new PostgresSettings(major, dataDirectory, server, true);
    }
}
