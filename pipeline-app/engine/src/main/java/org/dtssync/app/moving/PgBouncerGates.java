package org.dtssync.app.moving;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.app.config.PgBouncerSettings;
import org.dtssync.app.config.PgBouncerSettings.Server;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of PgBouncer and its files before applications are moved by it.
 *
 * @param settings where it is and what is moved
 * @param file the file that is rewritten
 * @param from where applications must be now
 * @param drainTimeout how long the read-only database may take to drain
 */
public record PgBouncerGates(PgBouncerSettings settings, PoolFile file, Server from, Duration drainTimeout) {

    /** Time for the locks of the read-only gate, and for the switch's other short steps. */
    private static final Duration OTHER_STEPS = Duration.ofSeconds(20);

    private static final String ID = "pgbouncer";

    private static final Pattern VERSION = Pattern.compile("PgBouncer (\\d+)\\.(\\d+).*");
    private static final int LEAST_MINOR_VERSION = 16;
    private static final Pattern INCLUDE = Pattern.compile("(?m)^\\s*%include\\s+(.+?)\\s*$");

    /** Returns everything that stands in the way, or one that says that nothing does. */
    List<Gate> gates() {
        List<Gate> problems = new ArrayList<>();
        try (PgBouncerConsole console = PgBouncerConsole.open(settings)) {
            Map<String, String> config = new HashMap<>();
            version(console).ifPresent(problems::add);
            for (Map<String, String> row : console.ask("SHOW CONFIG")) {
                config.put(row.get("key"), row.get("value"));
            }
            timeouts(config, problems);
            Set<String> missing = new HashSet<>(settings.databases());
            for (Map<String, String> row : console.ask("SHOW DATABASES")) {
                if (missing.remove(row.get("name"))) {
                    database(console, row, config, problems);
                }
            }
            missing.stream()
                    .sorted()
                    .forEach(name -> problems.add(fail(
                            "PgBouncer has no database " + name + " (a database * does not count).",
                            "Write its line into " + settings.file() + " and RELOAD.")));
            users(console, problems);
            included(config, problems);
        } catch (SyncException e) {
            problems.add(fail(e.what(), e.remedy()));
        }
        file.replacementProblem().ifPresent(problem -> problems.add(fail(problem, "")));
        return problems.isEmpty()
                ? List.of(Gate.pass(
                        ID,
                        Gate.Group.ENDPOINT,
                        "PgBouncer can move its " + String.join(", ", settings.databases()) + "."))
                : problems;
    }

    private static Gate fail(String message, String remedy) {
        return Gate.fail(ID, Gate.Group.ENDPOINT, message, remedy);
    }

    private static Optional<Gate> version(PgBouncerConsole console) {
        String text = console.ask("SHOW VERSION").stream()
                .flatMap(row -> row.values().stream())
                .findFirst()
                .orElse("of no known version");
        Matcher version = VERSION.matcher(text);
        boolean known = version.matches()
                && (Integer.parseInt(version.group(1)) > 1
                        || Integer.parseInt(version.group(2)) >= LEAST_MINOR_VERSION);
        return known
                ? Optional.empty()
                : Optional.of(fail(
                        text + " is older than 1." + LEAST_MINOR_VERSION + ", the first that dts-sync knows.",
                        "Upgrade it."));
    }

    private void timeouts(Map<String, String> config, List<Gate> problems) {
        Duration retry = seconds(config.get("server_login_retry"));
        Duration needed = settings.pauseTimeout()
                .plus(drainTimeout.multipliedBy(2))
                .plus(OTHER_STEPS)
                .plus(retry);
        for (String key : List.of("query_wait_timeout", "query_timeout")) {
            Duration limit = seconds(config.get(key));
            if (!limit.isZero() && limit.compareTo(needed) < 0) {
                problems.add(fail(
                                "PgBouncer's " + key + " is " + limit.toSeconds()
                                        + " seconds, but clients may have to wait for " + needed.toSeconds()
                                        + ": switchover.pgbouncer.pause.timeout, twice switchover.drain.timeout, "
                                        + OTHER_STEPS.toSeconds() + " for locks, and server_login_retry.",
                                "Raise it, set it to 0, or lower those.")
                        .measured(limit.toSeconds(), needed.toSeconds(), "s"));
            }
        }
        if ("1".equals(config.get("so_reuseport"))) {
            problems.add(fail(
                    "PgBouncer runs with so_reuseport = 1: other processes may listen on the same port, and PAUSE would"
                            + " reach one of them alone.",
                    "Run one process for the switch."));
        }
    }

    private static Duration seconds(@Nullable String text) {
        return text == null || !text.matches("\\d+(\\.\\d+)?")
                ? Duration.ZERO
                : Duration.ofMillis(Math.round(Double.parseDouble(text) * 1000));
    }

    private void database(
            PgBouncerConsole console, Map<String, String> row, Map<String, String> config, List<Gate> problems) {
        String name = Objects.requireNonNull(row.get("name"), "Each database of PgBouncer has a name.");
        String mode = Optional.ofNullable(row.get("pool_mode")).orElse(config.get("pool_mode"));
        if (!"transaction".equals(mode) && !"statement".equals(mode)) {
            problems.add(fail(
                    "PgBouncer's database " + name + " has pool_mode " + mode
                            + ": PAUSE would wait until every client has disconnected.",
                    "Set pool_mode = transaction, if your applications can live with it."));
        }
        if ("1".equals(row.get("paused"))) {
            problems.add(
                    fail("PgBouncer's database " + name + " is paused.", "RESUME it; the switch pauses it by itself."));
        }
        if ("1".equals(row.get("disabled"))) {
            problems.add(fail("PgBouncer's database " + name + " is disabled.", "ENABLE it."));
        } else {
            // Changes nothing, but only an account of admin_users may do it.
            console.ask("ENABLE " + PgBouncerEndpoint.quoted(name));
        }
        Server used = server(row);
        if (!used.equals(from)) {
            problems.add(fail(
                    "PgBouncer's database " + name + " goes to " + used + ", but the applications should be at " + from
                            + ".",
                    "Write it so, or say in switchover.pgbouncer.source and destination how PgBouncer reaches them."));
        } else if (!file.server(name).equals(Optional.of(used))) {
            problems.add(fail(
                    "File " + settings.file() + " has no line for PgBouncer's database " + name + " that points to "
                            + used + ", where it goes.",
                    "Move its line there, with host, port and dbname, and RELOAD."));
        }
    }

    /** Returns the server of a database in a row of SHOW DATABASES. */
    static Server server(Map<String, String> row) {
        return new Server(
                Optional.ofNullable(row.get("host")).orElse(""),
                Integer.parseInt(row.get("port")),
                Optional.ofNullable(row.get("database")).orElse(""));
    }

    private static void users(PgBouncerConsole console, List<Gate> problems) {
        for (Map<String, String> row : console.ask("SHOW USERS")) {
            if ("session".equals(row.get("pool_mode"))) {
                problems.add(fail(
                        "PgBouncer's user " + row.get("name")
                                + " has pool_mode session of its own: PAUSE would wait until its clients are gone.",
                        "Take that setting away."));
            }
        }
    }

    /** A file that PgBouncer does not read could be rewritten forever. */
    private void included(Map<String, String> config, List<Gate> problems) {
        String main = config.getOrDefault("conffile", "");
        try {
            Set<Path> seen = new HashSet<>();
            collect(Path.of(main).toRealPath(), seen);
            if (!seen.contains(settings.file().toRealPath())) {
                problems.add(fail(
                        "PgBouncer's configuration " + main + " does not include " + settings.file() + ".",
                        "Write: %include " + settings.file()));
            }
        } catch (IOException e) {
            problems.add(fail(
                    "Whether PgBouncer's configuration " + main + " includes " + settings.file()
                            + " could not be seen (" + e + ").",
                    "Run dts-sync where PgBouncer runs, with an account that may read it."));
        }
    }

    private static void collect(Path config, Set<Path> seen) throws IOException {
        if (!seen.add(config)) {
            return;
        }
        Matcher include = INCLUDE.matcher(Files.readString(config));
        while (include.find()) {
            collect(config.resolveSibling(include.group(1)).toRealPath(), seen);
        }
    }
}
