package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/** Whether the destination is writable, and whether existing objects conflict. */
final class DestinationChecks {

    private static final int TABLES_A_QUERY = 200;

    private DestinationChecks() {}

    static void writable(Ends ends, Findings findings) throws SQLException {
        if (ends.atDestination("SELECT pg_is_in_recovery()").yes()) {
            findings.fail(
                    "destination",
                    "The destination is a standby: it is read-only.",
                    "Set destination.url in the task file to the primary.");
        }
        // The session's own setting is on; this is the default of a new session.
        if (ends.atDestination("SELECT reset_val = 'on' FROM pg_settings WHERE name = 'default_transaction_read_only'")
                .yes()) {
            String database = Identifiers.quote(
                    ends.atDestination("SELECT current_database()").text());
            findings.fail(
                    "destination",
                    "default_transaction_read_only is on at the destination: it is read-only.",
                    Advice.sql(
                            Place.DESTINATION,
                            "BEGIN READ WRITE; ALTER DATABASE " + database
                                    + " SET default_transaction_read_only = off; COMMIT;"));
        }
        findings.passIfNothingFound("destination", "The destination is a primary and is writable.");
    }

    private record Found(TableName name, long oid, boolean table, long rows, long bytes) {}

    private static List<Found> found(Ends ends) throws SQLException {
        return ends.atDestination("""
                WITH RECURSIVE found AS (
                    SELECT n.nspname, c.relname, c.oid, c.relkind
                    FROM unnest(?::text[], ?::text[]) t(nspname, relname)
                         JOIN pg_namespace n USING (nspname)
                         JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.relname
                ), tree(root, member) AS (
                    SELECT oid, oid FROM found
                    UNION ALL
                    SELECT tree.root, i.inhrelid
                    FROM tree JOIN pg_inherits i ON i.inhparent = tree.member
                              JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
                )
                SELECT f.nspname, f.relname, f.oid::bigint, f.relkind IN ('r', 'p'),
                       (SELECT coalesce(sum(greatest(m.reltuples, 0)), 0)::bigint
                        FROM tree JOIN pg_class m ON m.oid = member WHERE root = f.oid AND m.relkind = 'r'),
                       (SELECT coalesce(sum(pg_relation_size(m.oid)), 0)::bigint
                        FROM tree JOIN pg_class m ON m.oid = member WHERE root = f.oid AND m.relkind = 'r')
                FROM found f ORDER BY f.nspname COLLATE "C", f.relname COLLATE "C"
                """, RightsChecks.schemaNames(ends), RightsChecks.tableNames(ends))
                .list(row -> new Found(
                        new TableName(row.getString(1), row.getString(2)),
                        row.getLong(3),
                        row.getBoolean(4),
                        row.getLong(5),
                        row.getLong(6)));
    }

    static void existingObjects(Ends ends, Findings findings) throws SQLException {
        if (ends.progress().isPresent()) {
            findings.pass("destination", "The task has already started; the tables at the destination are its own.");
            return;
        }
        Existing existing = ends.task().destination().existing();
        List<Found> found = found(ends);
        List<Long> filled = existing == Existing.ADOPT ? filled(ends, found) : List.of();
        for (Found object : found) {
            if (!object.table()) {
                findings.fail(
                        object.name().toString(),
                        object.name() + " exists at the destination and is not a table.",
                        "Rename or drop it there.");
            } else {
                judge(object, existing, filled.contains(object.oid()), findings);
            }
        }
        findings.passIfNothingFound(
                "destination",
                found.isEmpty()
                        ? "No selected table exists at the destination yet."
                        : "The selected tables that exist at the destination are empty and will be kept.");
    }

    private static void judge(Found table, Existing existing, boolean filled, Findings findings) {
        String name = table.name().toString();
        if (existing == Existing.FAIL) {
            findings.fail(
                    name,
                    "Table " + name + " already exists at the destination.",
                    Advice.text(
                            Place.DESTINATION,
                            "First make sure that destination.url names the right database. If it does:"
                                    + " destination: { existing: adopt } keeps tables that are empty,"
                                    + " destination: { existing: empty } keeps the tables and removes their rows, and "
                                    + "DROP TABLE " + table.name().sql() + "; removes one."));
        } else if (existing == Existing.EMPTY && table.bytes() > 0) {
            findings.warn(
                    "emptied",
                    name,
                    "The rows of table " + name + " at the destination will be removed (about " + table.rows()
                            + " rows, " + Size.of(table.bytes()) + ").",
                    Advice.text("destination: { existing: adopt } -- if no row may be removed"));
        } else if (filled) {
            findings.fail(
                    name,
                    "Table " + name
                            + " at the destination has rows, but destination.existing is adopt, which accepts only empty"
                            + " tables.",
                    "TRUNCATE TABLE " + table.name().sql() + "; -- at the destination");
        }
    }

    /** Returns which tables have a row, querying only those that have pages. */
    private static List<Long> filled(Ends ends, List<Found> found) throws SQLException {
        List<Found> candidates = found.stream()
                .filter(table -> table.table() && table.bytes() > 0)
                .toList();
        List<Long> filled = new ArrayList<>();
        for (int start = 0; start < candidates.size(); start += TABLES_A_QUERY) {
            List<String> questions = new ArrayList<>();
            for (Found table : candidates.subList(start, Math.min(start + TABLES_A_QUERY, candidates.size()))) {
                questions.add("SELECT " + table.oid() + "::bigint WHERE EXISTS (SELECT FROM "
                        + table.name().sql() + ")");
            }
            filled.addAll(
                    ends.atDestination(String.join(" UNION ALL ", questions)).list(row -> row.getLong(1)));
        }
        return filled;
    }

    private static final String COLUMNS = """
            SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
            FROM unnest(?::text[], ?::text[]) t(nspname, relname)
                 JOIN pg_namespace n USING (nspname) JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.relname
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
            """;

    static void existingColumns(Ends ends, Findings findings) throws SQLException {
        Existing existing = ends.task().destination().existing();
        if (existing != Existing.FAIL && ends.progress().isEmpty()) {
            List<String> schemas = RightsChecks.schemaNames(ends);
            List<String> tables = RightsChecks.tableNames(ends);
            Map<TableName, Map<String, String>> there = columns(ends.atDestination(COLUMNS, schemas, tables));
            columns(ends.atSource(COLUMNS, schemas, tables)).forEach((table, columns) -> {
                if (there.containsKey(table)) {
                    compareColumns(table, columns, there.get(table), findings);
                }
            });
        }
        findings.passIfNothingFound("destination", "All tables at the destination have the source's columns.");
    }

    private static Map<TableName, Map<String, String>> columns(Query query) throws SQLException {
        Map<TableName, Map<String, String>> columns = new TreeMap<>();
        query.list(row -> columns.computeIfAbsent(
                        new TableName(row.getString(1), row.getString(2)), table -> new TreeMap<>())
                .put(row.getString(3), row.getString(4)));
        return columns;
    }

    private static void compareColumns(
            TableName table, Map<String, String> source, Map<String, String> destination, Findings findings) {
        source.forEach((column, type) -> {
            String there = destination.get(column);
            String object = table + "." + column;
            String alter = "ALTER TABLE " + table.sql();
            if (there == null) {
                findings.fail(
                        object,
                        "Column " + column + " of table " + table + " does not exist at the destination.",
                        Advice.sql(
                                        Place.DESTINATION,
                                        alter + " ADD COLUMN " + Identifiers.quote(column) + " " + type + ";")
                                .and("at the destination"));
            } else if (!there.equals(type)) {
                findings.fail(
                        object,
                        "Column " + column + " of table " + table + " has type " + type + " at the source, but " + there
                                + " at the destination.",
                        alter + " ALTER COLUMN " + Identifiers.quote(column) + " TYPE " + type
                                + "; -- at the destination");
            }
        });
        destination.keySet().stream()
                .filter(column -> !source.containsKey(column))
                .forEach(column -> findings.fail(
                        table + "." + column,
                        "Column " + column + " of table " + table + " exists only at the destination.",
                        "ALTER TABLE " + table.sql() + " DROP COLUMN " + Identifiers.quote(column)
                                + "; -- at the destination"));
    }

    /** Those that act on our sessions, which switch off what the account may; a login trigger fires before they can. */
    static void eventTriggers(Ends ends, Findings findings) throws SQLException {
        boolean grantable = ends.atDestination("SELECT current_setting('server_version_num')::int >= 150000")
                .yes();
        String mayBeReplica = grantable
                ? "has_parameter_privilege('session_replication_role', 'SET')"
                : "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)";
        for (String[] found : ends.atDestination("""
                SELECT evtname, evtevent FROM pg_event_trigger e
                WHERE CASE WHEN evtevent = 'login' THEN evtenabled <> 'D'
                           WHEN current_setting('event_triggers', true) = 'off' THEN false
                           WHEN %s THEN evtenabled IN ('R', 'A')
                           ELSE evtenabled IN ('O', 'A') END
                  AND left(evtname, 10) <> '!dts_sync_'
                  AND NOT EXISTS (SELECT FROM pg_depend d
                                  WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')
                ORDER BY evtname COLLATE "C"
                """.formatted(mayBeReplica))
                .list(row -> new String[] {row.getString(1), row.getString(2)})) {
            findings.warn(
                    found[0],
                    "Event trigger " + found[0]
                            + (found[1].equals("login")
                                    ? " at the destination fires for logins of dts-sync."
                                    : " at the destination will fire for every statement that creates a schema object."),
                    Advice.sql(Place.DESTINATION, "ALTER EVENT TRIGGER " + Identifiers.quote(found[0]) + " DISABLE;")
                            .and("at the destination"));
        }
        findings.passIfNothingFound("destination", "No event trigger is active at the destination.");
    }
}
