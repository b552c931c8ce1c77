package org.dtssync.app.structure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dtssync.app.testing.PgClient;
import org.dtssync.connectors.postgres.ClientEnvironment;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.EventTriggers;

/** What {@code pg_dump --schema-only} says of a database: a third opinion, independent of how the structure was carried. */
public final class DumpText {

    private static final Pattern HEADER = Pattern.compile(
            "(?m)^-- (Name: .*; Type: .*; Schema: .*; Owner: .*)\\n--\\n", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern POLICY_ROLES = Pattern.compile("(CREATE POLICY .* TO )(\\S+(?:, \\S+)*)( USING .*)");

    private static final Pattern QUERY = Pattern.compile("Name: (.*) _RETURN; Type: RULE;(.*)", Pattern.DOTALL);

    private DumpText() {}

    /** Returns the statements of each object under its header; our own schema left out. */
    public static Map<String, String> of(DatabaseConnections database) throws IOException, InterruptedException {
        Path program = PgClient.program("pg_dump").orElseThrow();
        ProcessBuilder builder = new ProcessBuilder(
                        program.toString(),
                        "--schema-only",
                        "--no-password",
                        "--encoding=UTF8",
                        "--exclude-schema=dts_sync")
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        ClientEnvironment.of(database).applyTo(builder);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("pg_dump ended with status " + process.exitValue());
        }
        return objects(text);
    }

    private static Map<String, String> objects(String text) {
        Map<String, String> objects = new TreeMap<>();
        Matcher headers = HEADER.matcher(text);
        String name = null;
        int start = 0;
        while (headers.find()) {
            if (name != null) {
                objects.merge(name, body(text.substring(start, headers.start())), (a, b) -> a + "\n" + b);
            }
            name = headers.group(1);
            start = headers.end();
        }
        objects.merge(name, body(text.substring(start)), (a, b) -> a + "\n" + b);
        objects.keySet().removeIf(header -> header.startsWith("Name: " + EventTriggers.OWN));
        return withQueries(objects);
    }

    /** Which view of a circle is created without its query depends on the order of oids. */
    private static Map<String, String> withQueries(Map<String, String> objects) {
        Map<String, String> whole = new TreeMap<>(objects);
        objects.forEach((name, text) -> {
            Matcher rule = QUERY.matcher(name);
            if (rule.matches() && text.startsWith("CREATE OR REPLACE VIEW ")) {
                whole.remove(name);
                String query = text.replaceFirst("CREATE OR REPLACE VIEW", "CREATE VIEW");
                whole.computeIfPresent(
                        "Name: " + rule.group(1) + "; Type: VIEW;" + rule.group(2),
                        (view, placeholder) ->
                                query + placeholder.substring(Math.max(0, placeholder.indexOf(";\n") + 1)));
            }
        });
        return whole;
    }

    /** Settings of the restoring session are no part of the objects. */
    private static String body(String text) {
        return Arrays.stream(text.split("\n"))
                .filter(line -> !line.isBlank() && !line.startsWith("--") && !line.startsWith("\\"))
                .filter(line -> !line.matches("SET default_table(space|_access_method) = .*;"))
                .map(DumpText::withSortedRoles)
                .collect(Collectors.joining("\n"));
    }

    /** The roles of a policy are in the order of their oids, which differs between servers. */
    private static String withSortedRoles(String line) {
        Matcher policy = POLICY_ROLES.matcher(line);
        return policy.matches()
                ? policy.group(1)
                        + Arrays.stream(policy.group(2).split(", ")).sorted().toList()
                        + policy.group(3)
                : line;
    }

    /**
     * Returns the objects without what servers of different versions print differently: names of tables in front of columns (before
     * 16), quotes, names of rules that forbid NULL (from 18), the right MAINTAIN (from 17), and schema public's owner and default grants.
     */
    public static Map<String, String> ofAnyVersion(Map<String, String> objects) {
        Map<String, String> alike = new TreeMap<>();
        objects.forEach((name, text) -> {
            if (!name.matches("Name: (SCHEMA )?public; Type: (SCHEMA|ACL); .*")) {
                alike.merge(
                        name.replace("\"", ""),
                        withoutQualifiers(name, text)
                                .replaceAll("CONSTRAINT (\"([^\"]|\"\")+\"|[a-z0-9_]+) NOT NULL", "NOT NULL")
                                .replace("SELECT,INSERT,REFERENCES,DELETE,TRIGGER,TRUNCATE,UPDATE", "ALL")
                                .replace("\"", ""),
                        (a, b) -> a + "\n" + b);
            }
        });
        return alike;
    }

    private static String withoutQualifiers(String name, String text) {
        return name.matches("(?s).*Type: (VIEW|MATERIALIZED VIEW|RULE|FUNCTION|PROCEDURE);.*")
                ? text.replaceAll("(\"([^\"]|\"\")+\"|[\\p{L}0-9_$]+)\\.(?=[\"\\p{L}_*])", "")
                : text;
    }

    /** Returns what one end has and the other has not, or differently: each object with both texts. */
    public static List<String> differences(Map<String, String> source, Map<String, String> destination) {
        Map<String, String> all = new LinkedHashMap<>(source);
        destination.forEach(all::putIfAbsent);
        List<String> differences = new ArrayList<>();
        for (String name : all.keySet()) {
            String here = source.getOrDefault(name, "(missing)");
            String there = destination.getOrDefault(name, "(missing)");
            if (!here.equals(there)) {
                differences.add(name + "\n<<< " + here + "\n>>> " + there);
            }
        }
        return differences;
    }
}
