package org.dtssync.app.inventory;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dtssync.app.inventory.CatalogObject.Evidence;
import org.dtssync.app.inventory.CatalogObjects.Grants;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * Reads comments, security labels, grants and the rows that extensions keep for people.
 *
 * @param connection to the database
 * @param known the objects they are about
 */
record Remarks(Connection connection, Map<ObjectKey, CatalogObject> known) {

    /** Kinds that have a word of their own where privileges are granted; everything else that has rows is a table there. */
    private static final Set<String> GRANTED_AS_TABLES =
            Set.of("VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "PARTITIONED TABLE");

    /** What a remark is about. */
    private record About(ObjectKey key, String kind, String identity, List<String> targets) {

        /** A database has another name at the other end. */
        String title() {
            return kind.equals("database") ? kind : kind + " " + identity;
        }

        /** As it is named in SQL. */
        String sql() {
            String word = kind.toUpperCase(Locale.ROOT)
                    .replaceFirst(".* (COLUMN|CONSTRAINT)$", "$1")
                    .replace("-", " ")
                    .replace("STATISTICS OBJECT", "STATISTICS");
            if (kind.equals("aggregate") && identity.endsWith("()")) {
                return word + " " + identity.substring(0, identity.length() - 1) + "*)";
            }
            return word + " "
                    + (kind.equals("domain constraint") ? identity.replaceFirst(" on ", " ON DOMAIN ") : identity);
        }
    }

    private About about(ResultSet row) throws SQLException {
        ObjectKey key = new ObjectKey(row.getLong("catalog"), row.getLong("oid"));
        About about = new About(key, row.getString("kind"), row.getString("identity"), List.of());
        boolean column = row.getInt("part") > 0;
        CatalogObject object = known.get(key);
        List<String> targets =
                column || object == null || object.targets().isEmpty() ? List.of(about.sql()) : object.targets();
        return new About(key, about.kind(), about.identity(), targets);
    }

    private CatalogObject remark(About about, String kind, Evidence evidence, String remedy) {
        return new CatalogObject(
                about.key(),
                true,
                kind,
                about.title(),
                Optional.empty(),
                Optional.empty(),
                known.containsKey(about.key()) ? List.of(about.key()) : List.of(),
                evidence,
                List.of(),
                1,
                Optional.of(remedy));
    }

    List<CatalogObject> comments() throws SQLException {
        List<CatalogObject> comments = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(RemarkQueries.COMMENTS)) {
            while (rows.next()) {
                About about = about(rows);
                comments.add(remark(
                        about,
                        "comment",
                        rows.getBoolean("implied") ? Evidence.IMPLIED : clauses("COMMENT ON ", about.targets()),
                        "COMMENT ON " + about.sql() + " IS " + Identifiers.literal(rows.getString("text")) + ";"));
            }
        }
        return comments;
    }

    List<CatalogObject> labels() throws SQLException {
        List<CatalogObject> labels = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(RemarkQueries.LABELS)) {
            while (rows.next()) {
                About about = about(rows);
                String label = "SECURITY LABEL FOR " + rows.getString("provider") + " ON ";
                labels.add(remark(
                        about,
                        "security label",
                        clauses(label, about.targets()),
                        label + about.sql() + " IS " + Identifiers.literal(rows.getString("text")) + ";"));
            }
        }
        return labels;
    }

    /** Returns a row for each object with privileges of its own, and stores those. */
    List<CatalogObject> grants(Map<String, Grants> stored) throws SQLException {
        List<CatalogObject> grants = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(RemarkQueries.GRANTS)) {
            while (rows.next()) {
                About about = about(rows);
                List<String> now = texts(rows, "grants");
                List<String> initial = texts(rows, "initial");
                List<String> targets =
                        about.targets().stream().map(Remarks::granted).toList();
                CatalogObject row = remark(
                        about,
                        rows.getBoolean("brought") ? "changed grants" : "grants",
                        clauses("ACL ", targets),
                        statements(now, initial, granted(about.sql())));
                if (rows.getBoolean("changed")) {
                    grants.add(row);
                }
                stored.put(row.title(), new Grants(now, initial, about.identity(), granted(about.sql())));
            }
        }
        return grants;
    }

    /** Returns the rows that extensions keep for people, where there are any, and stores a digest of those that can be read. */
    List<CatalogObject> configurationRows(Map<String, String> contents) throws SQLException {
        List<CatalogObject> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(RemarkQueries.CONFIGURATION_TABLES)) {
            while (rows.next()) {
                String table = Identifiers.quote(rows.getString("nspname")) + "."
                        + Identifiers.quote(rows.getString("relname"));
                String condition = rows.getString("condition");
                boolean readable = rows.getBoolean("readable");
                String digest = readable ? digest(table, condition) : "";
                if (!readable || !digest.isEmpty()) {
                    CatalogObject row = new CatalogObject(
                            new ObjectKey(rows.getLong("catalog"), rows.getLong("oid")),
                            true,
                            "rows of an extension's table",
                            rows.getString("nspname") + "." + rows.getString("relname") + " of "
                                    + rows.getString("extname"),
                            Optional.empty(),
                            Optional.empty(),
                            List.of(),
                            Evidence.ofClauses(List.of()),
                            List.of(),
                            1,
                            Optional.of("COPY (SELECT * FROM " + table + (condition.isEmpty() ? "" : " " + condition)
                                    + ") TO STDOUT; -- at the source, and COPY " + table
                                    + " FROM STDIN; at the destination"));
                    found.add(row);
                    if (readable) {
                        contents.put(row.title(), digest);
                    }
                }
            }
        }
        return found;
    }

    /** The same rows have the same one; empty if there are none. */
    private String digest(String table, String condition) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT coalesce(md5(string_agg(row, '' ORDER BY row COLLATE \"C\")), '') FROM (SELECT md5(kept::text) AS row FROM (SELECT * FROM "
                                + table + " " + condition + ") kept) digests")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static Evidence clauses(String before, List<String> targets) {
        return Evidence.ofClauses(
                targets.stream().map(target -> before + target).toList());
    }

    /** How a GRANT names what a COMMENT names otherwise. */
    private static String granted(String target) {
        for (String kind : GRANTED_AS_TABLES) {
            if (target.startsWith(kind + " ")) {
                return "TABLE " + target.substring(kind.length() + 1);
            }
        }
        if (target.startsWith("DOMAIN ")) {
            return "TYPE " + target.substring("DOMAIN ".length());
        }
        if (target.startsWith("AGGREGATE ")) {
            return "FUNCTION " + target.substring("AGGREGATE ".length()).replace("(*)", "()");
        }
        return target.startsWith("SERVER ") ? "FOREIGN " + target : target;
    }

    private static List<String> texts(ResultSet rows, String column) throws SQLException {
        return Arrays.asList((String[]) rows.getArray(column).getArray());
    }

    /**
     * Returns what makes some privileges from others.
     *
     * @param now the ones to reach
     * @param initial the ones to begin with
     * @param target how a GRANT names the object
     */
    static String statements(List<String> now, List<String> initial, String target) {
        List<String> statements = new ArrayList<>();
        initial.stream()
                .filter(grant -> !now.contains(grant))
                .forEach(grant -> statements.add("REVOKE " + privilege(grant, target) + " FROM "
                        + grant.substring(0, grant.lastIndexOf('=')) + ";"));
        now.stream()
                .filter(grant -> !initial.contains(grant))
                .forEach(grant -> statements.add("GRANT " + privilege(grant, target) + " TO "
                        + grant.substring(0, grant.lastIndexOf('=')) + (grant.endsWith("*") ? " WITH GRANT OPTION" : "")
                        + ";"));
        return statements.stream().collect(Collectors.joining("\n"));
    }

    private static String privilege(String grant, String target) {
        String word = grant.substring(grant.lastIndexOf('=') + 1).replace("*", "");
        if (!target.startsWith("COLUMN ")) {
            return word + " ON " + target;
        }
        int dot = target.lastIndexOf('.');
        return word + " (" + target.substring(dot + 1) + ") ON TABLE " + target.substring("COLUMN ".length(), dot);
    }
}
