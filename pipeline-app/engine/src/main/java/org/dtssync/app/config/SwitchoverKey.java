package org.dtssync.app.config;

import java.util.List;

/** The keys of the section {@code switchover} of the task file. */
enum SwitchoverKey implements DescribedKey {
    ROLES(
            "switchover/application.roles",
            KeyType.NAMES,
            "[ shop_app ]",
            "The login roles of the applications: the switchover proves that each is refused a write before it proceeds.",
            "List all of them; a role with its own settings is also made read-only by name."),
    COMMAND(
            "switchover/command",
            KeyType.TEXT,
            "/etc/dts-sync/move-endpoint",
            "A program that repoints the applications at the other database; its arguments are host, port and database.",
            "Without it you repoint them yourself once the switchover is done."),
    PGBOUNCER_CONSOLE(
            "switchover/pgbouncer.console",
            KeyType.TEXT,
            "127.0.0.1:6432",
            "Host and port of the PgBouncer that lets applications wait during a switch, then connects them to the other side.",
            "Applications connect through PgBouncer, and should see no error."),
    PGBOUNCER_USER(
            "switchover/pgbouncer.user",
            KeyType.TEXT,
            "pgbouncer_admin",
            "An account listed in PgBouncer's admin_users.",
            "It names your account; needed with pgbouncer.console."),
    PGBOUNCER_PASSWORD(
            "switchover/pgbouncer.password",
            KeyType.SECRET,
            "${env:PGBOUNCER_PASSWORD}",
            "The account's password; leave it out if PgBouncer asks for none.",
            "Keep it out of the file with ${env:NAME} or ${file:/path}."),
    PGBOUNCER_ROOT_CERTIFICATE(
            "switchover/pgbouncer.root.certificate",
            KeyType.PATH,
            "/etc/pgbouncer/root.crt",
            "PEM certificate of the authority that issued the console's certificate. TLS is used if the console offers it; with"
                    + " this file it is required, with a matching certificate and host name.",
            "The console is on another machine, or another program could listen there."),
    PGBOUNCER_DATABASES(
            "switchover/pgbouncer.databases",
            KeyType.NAMES,
            "[ shop ]",
            "The databases to repoint, by their PgBouncer names.",
            "It names your pools; needed with pgbouncer.console."),
    PGBOUNCER_FILE(
            "switchover/pgbouncer.file",
            KeyType.PATH,
            "/etc/pgbouncer/shop.ini",
            "The file with the lines of these databases, which PgBouncer's configuration includes with %include.",
            "It names your file. Host, port and dbname are rewritten in it, the rest stays; paths start at the task file."),
    PGBOUNCER_SOURCE(
            "switchover/pgbouncer.source",
            KeyType.TEXT,
            "10.0.0.5:5432/shop",
            "The source as PgBouncer reaches it, host:port/dbname; default: as in source.url.",
            "PgBouncer reaches it at another address than dts-sync does."),
    PGBOUNCER_DESTINATION(
            "switchover/pgbouncer.destination",
            KeyType.TEXT,
            "10.0.0.6:5432/shop",
            "The destination as PgBouncer reaches it, host:port/dbname; default: as in destination.url.",
            "PgBouncer reaches it at another address than dts-sync does."),
    PGBOUNCER_PAUSE_TIMEOUT(
            "switchover/pgbouncer.pause.timeout",
            KeyType.DURATION,
            "5s",
            "5s",
            "How long to wait for open transactions before the switch is aborted and the applications continue.",
            "Your longest transactions take longer; all other clients wait for them."),
    MAXIMUM_LAG(
            "switchover/max.lag",
            KeyType.DURATION,
            "10s",
            "10s",
            "A switchover does not start while the lag is above this.",
            "Writes are blocked for at least the lag."),
    DRAIN_TIMEOUT(
            "switchover/drain.timeout",
            KeyType.DURATION,
            "30s",
            "30s",
            "How long the read-only database waits for its last changes to arrive before the switch is aborted.",
            "How long your applications can go without writing."),
    VERIFICATION_AGE(
            "switchover/verify.max.age",
            KeyType.DURATION,
            "1h",
            "1h",
            "How old a clean verification may be for a switchover to reuse it.",
            "Longer if a verification takes hours; 0s to verify each time.");

    /** A record of texts, numbers and an unmodifiable list, which Error Prone cannot see. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final KeyFacts facts;

    /** A key without a default. */
    SwitchoverKey(String place, KeyType type, String example, String meaning, String whyChange) {
        this(place, type, "", example, meaning, whyChange);
    }

    SwitchoverKey(String place, KeyType type, String defaultText, String example, String meaning, String whyChange) {
        this.facts = KeyFacts.at(
                place, type, defaultText, type.unit(), example, 0, Long.MAX_VALUE, meaning, whyChange, List.of());
    }

    @Override
    public KeyFacts facts() {
        return facts;
    }
}
