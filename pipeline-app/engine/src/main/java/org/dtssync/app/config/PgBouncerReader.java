package org.dtssync.app.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.dtssync.app.config.PgBouncerSettings.Server;
import org.dtssync.connectors.postgres.DatabaseAddress;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * Reads the keys {@code switchover.pgbouncer.*}, of which either all required ones are present or none. Used by one thread.
 *
 * @param section the section {@code switchover}
 * @param directory where relative paths start
 */
record PgBouncerReader(SectionReader section, Path directory) {

    private static final Pattern CONSOLE = Pattern.compile("([^/\\s,]+):(\\d{1,5})");
    private static final Pattern SERVER = Pattern.compile("([^\\s,]+):(\\d{1,5})/(.+)");
    private static final List<DescribedKey> NEEDED = List.of(
            SwitchoverKey.PGBOUNCER_CONSOLE,
            SwitchoverKey.PGBOUNCER_USER,
            SwitchoverKey.PGBOUNCER_DATABASES,
            SwitchoverKey.PGBOUNCER_FILE);
    private static final List<DescribedKey> OTHERS = List.of(
            SwitchoverKey.PGBOUNCER_PASSWORD,
            SwitchoverKey.PGBOUNCER_ROOT_CERTIFICATE,
            SwitchoverKey.PGBOUNCER_SOURCE,
            SwitchoverKey.PGBOUNCER_DESTINATION,
            SwitchoverKey.PGBOUNCER_PAUSE_TIMEOUT);

    /** Reads them; mistakes are recorded in the section. */
    Optional<PgBouncerSettings> read(DatabaseSettings source, DatabaseSettings destination) {
        if (!section.hasAny(NEEDED) && !section.hasAny(OTHERS)) {
            return Optional.empty();
        }
        NEEDED.forEach(section::require);
        section.refuseBoth(SwitchoverKey.COMMAND, SwitchoverKey.PGBOUNCER_CONSOLE);
        Optional<MatchResult> console =
                section.matched(SwitchoverKey.PGBOUNCER_CONSOLE, CONSOLE, "a host and a port, host:port");
        return Optional.of(new PgBouncerSettings(
                console.map(parts -> bare(parts.group(1))).orElse(""),
                console.map(parts -> Integer.parseInt(parts.group(2))).orElse(0),
                section.text(SwitchoverKey.PGBOUNCER_USER),
                section.secret(SwitchoverKey.PGBOUNCER_PASSWORD),
                section.path(SwitchoverKey.PGBOUNCER_ROOT_CERTIFICATE).map(directory::resolve),
                section.someNames(SwitchoverKey.PGBOUNCER_DATABASES),
                section.path(SwitchoverKey.PGBOUNCER_FILE)
                        .map(directory::resolve)
                        .orElse(directory),
                server(SwitchoverKey.PGBOUNCER_SOURCE, source),
                server(SwitchoverKey.PGBOUNCER_DESTINATION, destination),
                section.duration(SwitchoverKey.PGBOUNCER_PAUSE_TIMEOUT)));
    }

    private Server server(DescribedKey key, DatabaseSettings database) {
        return section.matched(key, SERVER, "host:port/dbname")
                .map(parts -> new Server(bare(parts.group(1)), Integer.parseInt(parts.group(2)), parts.group(3)))
                .orElseGet(() -> of(database));
    }

    private static Server of(DatabaseSettings database) {
        // The first of several hosts; a precondition of a switch compares it with the one PgBouncer uses. A URL that
        // cannot be
        // read was recorded where it was read.
        return DatabaseAddress.of(database.url())
                .map(address ->
                        new Server(address.hosts().get(0), address.ports().get(0), address.database()))
                .orElseGet(() -> new Server("", 0, ""));
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
