package org.dtssync.app.ddl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dtssync.connectors.postgres.TableName;

/**
 * An index that no row depends on, so that it can be built while the stream continues: not unique, and of a table that is neither
 * partitioned nor a partition, as far as the command says.
 *
 * @param oid its object identifier at the source
 * @param index its name
 * @param table its table, in the same schema
 * @param sql makes it
 */
public record DeferrableIndex(String oid, TableName index, TableName table, String sql) {

    private static final String NAME = "((?:\"(?:[^\"]|\"\")+\")|[^\\s\".(]+)";

    /** As PostgreSQL prints one. */
    private static final Pattern PRINTED =
            Pattern.compile("CREATE INDEX " + NAME + " ON " + NAME + "\\." + NAME + " USING .*", Pattern.DOTALL);

    /** What can be made or changed while an index of another table is built. */
    private static final Set<String> OF_TABLES = Set.of("pg_class", "pg_constraint", "pg_attrdef");

    /** Returns the index that a command makes, if that is all it does and the index can be built later. */
    static Optional<DeferrableIndex> of(RecordedCommand command) {
        List<JsonNode> made = command.objects();
        if (!command.tag().equals("CREATE INDEX") || made.size() != 1) {
            return Optional.empty();
        }
        String oid = made.get(0).path("oid").asText();
        String printed = command.definitions().getOrDefault(oid, "");
        Matcher parts = PRINTED.matcher(printed);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String schema = plain(parts.group(2));
        return Optional.of(new DeferrableIndex(
                oid,
                new TableName(schema, plain(parts.group(1))),
                new TableName(schema, plain(parts.group(3))),
                printed));
    }

    private static String plain(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    /**
     * Returns whether a command may need an index, or its table as it was when the index was made. What is not certainly about
     * other tables alone may.
     *
     * @param text of the command
     * @param indexOid the index, at the source
     * @param tableOid its table
     * @param names of both
     */
    public static boolean mayBeNeededBy(
            RecordedCommand command, String text, String indexOid, String tableOid, List<String> names) {
        List<JsonNode> objects = Stream.concat(command.objects().stream(), command.dropped().stream())
                .toList();
        String lower = text.toLowerCase(Locale.ROOT);
        return objects.isEmpty()
                || objects.stream().anyMatch(object -> {
                    String oid = object.path("oid").asText();
                    return oid.equals(indexOid)
                            || oid.equals(tableOid)
                            || !OF_TABLES.contains(object.path("class").asText());
                })
                || command.tables().stream().anyMatch(table -> table.oid().equals(tableOid))
                || names.stream().anyMatch(name -> lower.contains(name.toLowerCase(Locale.ROOT)));
    }
}
