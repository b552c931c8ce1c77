package org.dtssync.app.replay;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.app.ddl.CommandTable;
import org.dtssync.app.ddl.RecordedCommand;
import org.dtssync.connectors.postgres.TableName;

/**
 * Which table has which name while commands rename, drop and make tables. A table is known by the first name that it had, or by its object
 * identifier if a command made it. A command's record has the name that it left; the one before is in an earlier record, or in the command's text.
 * Not thread-safe.
 */
final class TableNames {

    private static final String NAME = "(?:\"(?:[^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{N}_$]*)";

    private static final String QUALIFIED = "(?:(" + NAME + ")\\s*\\.\\s*)?(" + NAME + ")";

    private static final Pattern RENAMED = Pattern.compile("(?i)\\bALTER\\s+TABLE\\s+(?:IF\\s+EXISTS\\s+)?(?:ONLY\\s+)?"
            + QUALIFIED + "\\s*\\*?\\s*RENAME\\s+TO\\s+(" + NAME + ")");

    private static final Pattern MOVED = Pattern.compile(
            "(?i)\\bALTER\\s+TABLE\\s+(?:IF\\s+EXISTS\\s+)?" + QUALIFIED + "\\s+SET\\s+SCHEMA\\s+(" + NAME + ")");

    private static final Pattern SCHEMA_RENAMED =
            Pattern.compile("(?i)\\bALTER\\s+SCHEMA\\s+(" + NAME + ")\\s+RENAME\\s+TO\\s+(" + NAME + ")");

    private final Map<TableName, String> now = new HashMap<>();
    private final Map<String, String> byOid = new HashMap<>();
    private final Map<String, Set<TableName>> had = new HashMap<>();

    /** What clients sent, by the number of the row that has it. */
    private final Map<Long, String> texts = new HashMap<>();

    /** Returns the table that has a name now. */
    String table(TableName name) {
        return now.computeIfAbsent(name, first -> named(first.toString(), first));
    }

    /** Returns the tables that had a name at any time. */
    Set<String> tables(TableName name) {
        Set<String> tables = new HashSet<>();
        tables.add(table(name));
        had.forEach((table, names) -> {
            if (names.contains(name)) {
                tables.add(table);
            }
        });
        return tables;
    }

    /** Returns every name that one of some tables had. */
    Set<TableName> names(Set<String> tables) {
        Set<TableName> names = new HashSet<>();
        tables.forEach(table -> names.addAll(had.getOrDefault(table, Set.of())));
        return names;
    }

    private String named(String table, TableName name) {
        had.computeIfAbsent(table, absent -> new HashSet<>()).add(name);
        return table;
    }

    /** Takes in what a command left. */
    void accept(RecordedCommand command) {
        command.text().ifPresent(text -> texts.put(command.number(), text));
        if (!command.isCommand() && !command.dropsOwned()) {
            return;
        }
        for (String oid : command.droppedTables()) {
            String table = byOid.remove(oid);
            now.values().removeIf(each -> each.equals(table));
        }
        String text = texts.getOrDefault(command.textNumber(), "");
        for (CommandTable left : command.tables()) {
            if (left.root().isEmpty()) {
                take(command, left, text);
            }
        }
    }

    private void take(RecordedCommand command, CommandTable left, String text) {
        TableName name = left.name();
        String known = byOid.get(left.oid());
        if (known == null) {
            boolean made =
                    command.tag().startsWith("CREATE TABLE") || command.tag().equals("SELECT INTO");
            known = made
                    ? left.oid()
                    : before(command, name, text).map(this::table).orElseGet(() -> table(name));
            byOid.put(left.oid(), known);
        }
        String table = known;
        now.entrySet()
                .removeIf(
                        each -> each.getValue().equals(table) && !each.getKey().equals(name));
        now.put(name, named(table, name));
    }

    /** Returns the name before a command that renamed a table whose earlier name no record has. */
    private static Optional<TableName> before(RecordedCommand command, TableName name, String text) {
        Matcher renamed = RENAMED.matcher(text);
        while (renamed.find()) {
            String schema = renamed.group(1) == null ? name.schema() : plain(renamed.group(1));
            if (plain(renamed.group(3)).equals(name.table()) && schema.equals(name.schema())) {
                return Optional.of(new TableName(schema, plain(renamed.group(2))));
            }
        }
        Matcher moved = MOVED.matcher(text);
        while (moved.find()) {
            if (plain(moved.group(3)).equals(name.schema())
                    && plain(moved.group(2)).equals(name.table())) {
                return Optional.of(new TableName(
                        moved.group(1) == null ? first(command.path(), name.schema()) : plain(moved.group(1)),
                        name.table()));
            }
        }
        Matcher schemas = SCHEMA_RENAMED.matcher(text);
        while (schemas.find()) {
            if (plain(schemas.group(2)).equals(name.schema())) {
                return Optional.of(new TableName(plain(schemas.group(1)), name.table()));
            }
        }
        return Optional.empty();
    }

    private static String first(List<String> path, String other) {
        return path.stream()
                .filter(schema -> !schema.equals(other) && !schema.startsWith("pg_"))
                .findFirst()
                .orElse("public");
    }

    private static String plain(String name) {
        return name.startsWith("\"")
                ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
                : name.toLowerCase(Locale.ROOT);
    }
}
