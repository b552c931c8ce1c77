package org.dtssync.app.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * Commands that one session runs.
 *
 * @param label what they are about
 * @param options the options of the session
 * @param messages what it sends, each as one message
 */
public record CommandCase(String label, String options, List<String> messages) {

    /** The tables that {@link #every} is about. */
    public static final String TABLES = """
            CREATE SCHEMA app; CREATE SCHEMA arch;
            CREATE TABLE public.unit (id int PRIMARY KEY, v text, n numeric NOT NULL DEFAULT 0);
            INSERT INTO public.unit SELECT i, 'v' || i, i * 1.5 FROM generate_series(1, 60) i;
            CREATE TABLE public.part_of (id bigint PRIMARY KEY, unit int REFERENCES public.unit, "Strange Name" text, day date);
            INSERT INTO public.part_of SELECT i, i, 's' || i, '2024-01-01'::date + i FROM generate_series(1, 25) i;
            CREATE TABLE public.diary (id int, at timestamptz NOT NULL, msg text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE public.diary_1 PARTITION OF public.diary FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
            INSERT INTO public.diary SELECT i, '2024-01-05', 'm' FROM generate_series(1, 12) i;
            CREATE TYPE public.tint AS ENUM ('red', 'green');
            CREATE TABLE public.tinted (id int PRIMARY KEY, c public.tint); INSERT INTO public.tinted VALUES (1, 'red');
            CREATE DOMAIN public.positive AS int CHECK (value > 0);
            CREATE TABLE public.limited (id int PRIMARY KEY, p public.positive); INSERT INTO public.limited VALUES (1, 5);
            CREATE VIEW public.shown AS SELECT id FROM public.unit;
            CREATE FUNCTION public.one_more(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
            CREATE TABLE public.odd (id int PRIMARY KEY, "qu""oted" text); INSERT INTO public.odd VALUES (1, 'o');
            CREATE TABLE public.big (id int PRIMARY KEY, pad text); ALTER TABLE public.big ALTER pad SET STORAGE EXTERNAL;
            INSERT INTO public.big SELECT i, repeat('x', 3000) || i FROM generate_series(1, 5) i;
            CREATE TABLE public.marker (n int PRIMARY KEY);
            """;

    private static final String SUPERUSER = "superuser: ";

    private static final Pattern SINCE = Pattern.compile("since (\\d+): ");

    private static final String DEADLOCK = "40P01";

    private static final int ATTEMPTS = 10;

    /** A case whose session has no options. */
    public CommandCase(String label, List<String> messages) {
        this(label, "", messages);
    }

    /** Reads cases: a label behind dashes, perhaps with options behind an at sign, and messages between empty lines. */
    static List<CommandCase> read(String resource) throws IOException {
        try (InputStream input = CommandCase.class.getResourceAsStream(resource)) {
            String text = new String(Objects.requireNonNull(input).readAllBytes(), StandardCharsets.UTF_8);
            List<CommandCase> cases = new ArrayList<>();
            for (String part : text.split("(?m)^-- ", -1)) {
                if (!part.isBlank()) {
                    String[] lines = part.split("\n", 2);
                    List<String> messages = new ArrayList<>();
                    for (String message : lines[1].split("(?m)^\\s*$", -1)) {
                        if (!message.isBlank()) {
                            messages.add(message.strip());
                        }
                    }
                    String[] label = lines[0].split(" @ ", 2);
                    cases.add(new CommandCase(label[0], label.length > 1 ? label[1] : "", messages));
                }
            }
            return cases;
        }
    }

    /**
     * Returns one of every kind of command, and what tools that migrate schemas send.
     *
     * @param major the version of the server that they are sent to
     * @param superuser whether they are sent by one
     * @param role the role to which they give rights
     */
    public static List<CommandCase> every(int major, boolean superuser, String role) throws IOException {
        List<CommandCase> cases = new ArrayList<>(read("every-command.sql"));
        cases.addAll(read("migration-commands.sql"));
        return cases.stream()
                .map(one -> new CommandCase(
                        one.label(),
                        one.options(),
                        one.messages().stream()
                                .filter(message -> superuser || !message.startsWith(SUPERUSER))
                                .filter(message -> isKnown(message, major))
                                .map(message -> SINCE.matcher(message)
                                        .replaceFirst("")
                                        .replace(SUPERUSER, "")
                                        .replace("ROLE_NAME", role))
                                .toList()))
                .toList();
    }

    private static boolean isKnown(String message, int major) {
        Matcher since = SINCE.matcher(message);
        return !since.lookingAt() || major >= Integer.parseInt(since.group(1));
    }

    /**
     * Sends the messages in a session of its own. An application that writes to the same tables may be in the way: what a deadlock has rolled
     * back is sent again.
     */
    public void send(DatabaseSettings database) throws SQLException {
        try (Connection session = CarriedScene.open(database, options)) {
            for (String message : messages) {
                sendPatiently(session, message);
            }
        }
    }

    private static void sendPatiently(Connection session, String message) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                CarriedScene.execute(session, message);
                return;
            } catch (SQLException e) {
                if (!DEADLOCK.equals(e.getSQLState()) || attempt == ATTEMPTS) {
                    throw e;
                }
                CarriedScene.execute(session, "rollback");
            }
        }
    }
}
