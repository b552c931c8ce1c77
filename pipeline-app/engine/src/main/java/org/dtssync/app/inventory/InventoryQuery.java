package org.dtssync.app.inventory;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.app.inventory.CatalogObject.Evidence;

/**
 * A query of one catalog. Its columns, by name, are those of {@link CatalogObject}; it leaves out what it has no value for.
 *
 * <p>Words with {@code @} stand for what every such query says: {@code @key(catalog, alias)} its key, {@code @id(catalog, alias)}
 * its identity, {@code @part(catalog, oid)} the key of another object, {@code @own(catalog, alias)} that no extension brings it,
 * {@code @user(alias)} that a schema is neither the server's nor ours, {@code @option(alias)} an option of foreign data without secrets.
 *
 * @param since the first major version that has the catalog
 * @param property whether it returns properties of objects
 * @param sql the query
 */
record InventoryQuery(int since, boolean property, String sql) {

    /** Whatever has such a name is not printed. */
    static final String SECRET = "pass|secret|token|key|credential";

    private static final int OLDEST = 0;
    private static final Pattern WORD = Pattern.compile("@(\\w+)\\(([^,()]+)(?:, *([^()]+))?\\)");

    /** A query of objects that every supported version has. */
    static InventoryQuery objects(String sql) {
        return new InventoryQuery(OLDEST, false, sql);
    }

    /** A query of properties that every supported version has. */
    static InventoryQuery properties(String sql) {
        return new InventoryQuery(OLDEST, true, sql);
    }

    /** Returns the same query, to be run from a version on. */
    InventoryQuery from(int version) {
        return new InventoryQuery(version, property, sql);
    }

    /** Returns SQL with each word replaced by what it stands for. */
    static String expand(String sql) {
        Matcher matcher = WORD.matcher(sql);
        StringBuilder expanded = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(
                    expanded, Matcher.quoteReplacement(meaning(matcher.group(1), matcher.group(2), matcher.group(3))));
        }
        return matcher.appendTail(expanded).toString();
    }

    private static String meaning(String word, String first, String second) {
        return switch (word) {
            case "key" -> "'%s'::regclass::oid::bigint AS catalog, %s.oid::bigint AS oid".formatted(first, second);
            case "id" ->
                "(pg_identify_object('%s'::regclass, %s.oid, 0)).identity AS identity".formatted(first, second);
            case "part" -> "'%s'::regclass::oid || '.' || %s".formatted(first, second);
            case "own" ->
                "NOT EXISTS (SELECT FROM pg_depend own WHERE own.classid = '%s'::regclass AND own.objid = %s.oid AND own.deptype = 'e')"
                        .formatted(first, second);
            case "user" ->
                "%1$s.nspname !~ '^pg_' AND %1$s.nspname NOT IN ('information_schema', 'dts_sync')".formatted(first);
            case "option" ->
                ("format('%%I %%L', split_part(%1$s, '=', 1), CASE WHEN split_part(%1$s, '=', 1) ~* '%2$s' THEN '...'"
                                + " ELSE substr(%1$s, strpos(%1$s, '=') + 1) END)")
                        .formatted(first, SECRET);
            default -> throw new IllegalArgumentException("No word is called " + word);
        };
    }

    /** Runs it. */
    List<CatalogObject> run(Connection connection) throws SQLException {
        List<CatalogObject> objects = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(expand(sql))) {
            Row row = new Row(rows);
            while (rows.next()) {
                objects.add(read(row));
            }
        }
        return objects;
    }

    private CatalogObject read(Row row) throws SQLException {
        return new CatalogObject(
                new ObjectKey(row.number("catalog", 0), row.number("oid", 0)),
                property,
                row.text("kind").orElseThrow(),
                row.text("identity").orElseThrow(),
                row.text("schema"),
                row.text("name"),
                row.texts("parents").stream().map(ObjectKey::parse).toList(),
                new Evidence(
                        row.texts("names"),
                        row.texts("clauses"),
                        row.text("declared"),
                        row.texts("words"),
                        row.texts("contents"),
                        row.text("implied").filter("t"::equals).isPresent()),
                row.texts("targets"),
                row.number("count", 1),
                row.text("remedy"));
    }

    /** A row whose columns may be missing. */
    private static final class Row {

        private final ResultSet rows;
        private final Set<String> columns = new HashSet<>();

        Row(ResultSet rows) throws SQLException {
            this.rows = rows;
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                columns.add(rows.getMetaData().getColumnLabel(i).toLowerCase(Locale.ROOT));
            }
        }

        Optional<String> text(String column) throws SQLException {
            return columns.contains(column) ? Optional.ofNullable(rows.getString(column)) : Optional.empty();
        }

        long number(String column, long otherwise) throws SQLException {
            return columns.contains(column) ? rows.getLong(column) : otherwise;
        }

        List<String> texts(String column) throws SQLException {
            Array array = columns.contains(column) ? rows.getArray(column) : null;
            return array == null
                    ? List.of()
                    : Arrays.stream((String[]) array.getArray())
                            .filter(text -> text != null)
                            .toList();
        }
    }
}
