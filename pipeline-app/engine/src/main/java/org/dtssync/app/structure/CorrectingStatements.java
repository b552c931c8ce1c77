package org.dtssync.app.structure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.TableName;

/** Statements that make an object of one database like that of another, for a person to read and run. Stateless. */
final class CorrectingStatements {

    private static final String NAME = "(?:\"(?:[^\"]|\"\")*\"|[\\p{L}_][\\p{L}\\p{N}_$]*)";
    private static final String QUALIFIED = NAME + "\\." + NAME;
    private static final String BETWEEN = ";\n";

    private static final Pattern INDEX =
            Pattern.compile("\\ACREATE (?:UNIQUE )?INDEX (" + NAME + ") ON (?:ONLY )?(" + NAME + ")\\.");
    private static final Pattern CONSTRAINT =
            Pattern.compile("\\A(ALTER (?:TABLE (?:ONLY )?|DOMAIN )" + QUALIFIED + ") ADD CONSTRAINT (" + NAME + ") ");
    private static final Pattern ON_TABLE = Pattern.compile(
            "\\ACREATE (?:CONSTRAINT )?(POLICY|TRIGGER|RULE) (" + NAME + ") .*?\\bON (?:TABLE )?(" + QUALIFIED + ")",
            Pattern.DOTALL);
    private static final Pattern DROPPED = Pattern.compile(
            "\\ACREATE (STATISTICS|EVENT TRIGGER|MATERIALIZED VIEW|COLLATION|CONVERSION|TEXT SEARCH [A-Z]+) ("
                    + QUALIFIED + "|" + NAME + ")");
    private static final Pattern REPLACEABLE = Pattern.compile(
            "\\ACREATE (?=(?:FUNCTION|PROCEDURE|AGGREGATE|VIEW|TRIGGER|RULE|TRANSFORM|(?:TRUSTED )?LANGUAGE) )");
    private static final Pattern ENUM = Pattern.compile("\\ACREATE TYPE (" + QUALIFIED + ") AS ENUM \\(");
    private static final Pattern LABEL = Pattern.compile("\\t('(?:[^']|'')*')");
    private static final Pattern COLUMN = Pattern.compile("\\t(" + NAME + ") (.*?),?\\z", Pattern.DOTALL);
    private static final Pattern REQUIRED =
            Pattern.compile("(?: CONSTRAINT " + NAME + ")? NOT NULL(?: NO INHERIT)?\\z");
    private static final Pattern DEFAULT = Pattern.compile(" DEFAULT (.*)\\z", Pattern.DOTALL);
    private static final Pattern SPECIAL = Pattern.compile(" (?:GENERATED|COMPRESSION|COLLATE) ");

    private static final Pattern FOLLOWING = Pattern.compile("\\A(?:ALTER|COMMENT|GRANT|REVOKE|SET LOCAL ROLE) ");
    private static final Pattern UNNOTICED = Pattern.compile(
            "\\A(?:COMMENT|GRANT|REVOKE|SET LOCAL ROLE) |\\AALTER .* SET (?:STORAGE|STATISTICS|COMPRESSION) |\\AALTER INDEX .* SET \\("
                    + "|\\AALTER .* ALTER COLUMN .* SET \\(");

    private static final Set<String> WITH_BODY = Set.of("function", "procedure");

    /** Where the text of a function begins. */
    private static final Pattern OPENING = Pattern.compile("\nAS (\\$\\w*\\$)");

    /** Their whole statement can be run again. */
    private static final Set<String> REPEATABLE = Set.of(
            "attached-index",
            "cluster-mark",
            "comment",
            "database-setting",
            "default",
            "replica-identity",
            "role-setting",
            "trigger-state");

    private CorrectingStatements() {}

    /** Returns a statement with its end. */
    static String end(String statement) {
        return statement.isEmpty() || statement.endsWith(";") ? statement : statement + ";";
    }

    /**
     * Returns an object without the statements behind its own that grant privileges, which are compared by themselves, or say what applications
     * do not notice: comments, and how a column is stored. A function may contain such statements; those are left where they are.
     */
    static StructureObject noticed(StructureObject object) {
        String body = body(object);
        int end = body.isEmpty() ? 0 : object.statement().indexOf(body) + body.length();
        List<String> parts =
                new ArrayList<>(List.of(object.statement().substring(end).split(BETWEEN, -1)));
        if (object.kind().equals("default-privileges") || parts.size() < 2) {
            return object;
        }
        for (int i = parts.size() - 1; i > 0 && FOLLOWING.matcher(parts.get(i)).find(); i--) {
            if (UNNOTICED.matcher(parts.get(i)).find()) {
                parts.remove(i);
            }
        }
        return new StructureObject(
                object.ordinal(),
                object.name(),
                object.kind(),
                object.section(),
                object.tables(),
                object.statement().substring(0, end) + String.join(BETWEEN, parts));
    }

    /**
     * Returns the part of a function that every version prints as it was written; empty if there is none. The server makes its quotes so that
     * the function does not contain them.
     */
    static String body(StructureObject object) {
        Matcher opening = OPENING.matcher(object.statement());
        if (!WITH_BODY.contains(object.kind()) || !opening.find()) {
            return "";
        }
        int closing = object.statement().indexOf(opening.group(1), opening.end());
        return object.statement()
                .substring(
                        opening.start(),
                        closing < 0
                                ? object.statement().length()
                                : closing + opening.group(1).length());
    }

    /**
     * Returns what makes an object that both databases have like the first one's.
     *
     * @param wanted what it is to be
     * @param found what it is
     */
    static String changed(StructureObject wanted, StructureObject found) {
        String statement = noticed(wanted).statement();
        if (REPEATABLE.contains(wanted.kind())) {
            return end(statement);
        }
        if (wanted.kind().equals("row-security")) {
            return end(String.join(BETWEEN, withUndone(wanted, found)));
        }
        if (REPLACEABLE.matcher(statement).find()) {
            return end(REPLACEABLE.matcher(statement).replaceFirst("CREATE OR REPLACE "));
        }
        Optional<String> removal = removal(found.statement());
        if (removal.isPresent() && !sameBeginning(wanted, found)) {
            return removal.get() + ";\n" + end(statement);
        }
        return parts(wanted, found);
    }

    /** Returns what takes back the state of an object that is as it was made at the other database. */
    static String undone(StructureObject found) {
        return end(Arrays.stream(found.statement().split(BETWEEN, -1))
                .map(CorrectingStatements::opposite)
                .collect(Collectors.joining(BETWEEN)));
    }

    private static List<String> withUndone(StructureObject wanted, StructureObject found) {
        List<String> kept = List.of(wanted.statement().split(BETWEEN, -1));
        List<String> statements = new ArrayList<>(kept);
        Arrays.stream(found.statement().split(BETWEEN, -1))
                .filter(part -> !kept.contains(part))
                .map(CorrectingStatements::opposite)
                .forEach(statements::add);
        return statements;
    }

    private static String opposite(String state) {
        return state.replaceFirst(" (?:DISABLE|ENABLE REPLICA|ENABLE ALWAYS) TRIGGER ", " ENABLE TRIGGER ")
                .replaceFirst(" ENABLE ROW LEVEL SECURITY\\z", " DISABLE ROW LEVEL SECURITY")
                .replaceFirst(" FORCE ROW LEVEL SECURITY\\z", " NO FORCE ROW LEVEL SECURITY");
    }

    /** Returns the statement that removes an object, if that loses nothing that its own statement does not bring back. */
    private static Optional<String> removal(String statement) {
        Matcher index = INDEX.matcher(statement);
        if (index.find()) {
            return Optional.of("DROP INDEX " + index.group(2) + "." + index.group(1));
        }
        Matcher constraint = CONSTRAINT.matcher(statement);
        if (constraint.find()) {
            return Optional.of(constraint.group(1) + " DROP CONSTRAINT " + constraint.group(2));
        }
        Matcher part = ON_TABLE.matcher(statement);
        if (part.find()) {
            return Optional.of("DROP " + part.group(1) + " " + part.group(2) + " ON " + part.group(3));
        }
        Matcher other = DROPPED.matcher(statement);
        return other.find() ? Optional.of("DROP " + other.group(1) + " " + other.group(2)) : Optional.empty();
    }

    private static boolean sameBeginning(StructureObject wanted, StructureObject found) {
        return PrintedStatement.unquoted(wanted.statement().split(BETWEEN, 2)[0])
                .equals(PrintedStatement.unquoted(found.statement().split(BETWEEN, 2)[0]));
    }

    /** Of an object that must not be removed, such as a table: what can be changed of it, and in words what cannot. */
    private static String parts(StructureObject wanted, StructureObject found) {
        String[] here = noticed(wanted).statement().split(BETWEEN, -1);
        String[] there = noticed(found).statement().split(BETWEEN, -1);
        List<String> statements = new ArrayList<>();
        if (!sameBeginning(wanted, found)) {
            statements.addAll(beginning(wanted, here[0], there[0]));
        }
        Set<String> existing =
                Arrays.stream(there).map(PrintedStatement::unquoted).collect(Collectors.toSet());
        Arrays.stream(here)
                .skip(1)
                .filter(part -> !existing.contains(PrintedStatement.unquoted(part)))
                .map(CorrectingStatements::end)
                .forEach(statements::add);
        return String.join("\n", statements);
    }

    private static List<String> beginning(StructureObject wanted, String here, String there) {
        Matcher labels = ENUM.matcher(here);
        if (labels.find()) {
            return labels(labels.group(1), here, there);
        }
        if (wanted.kind().equals("table") && wanted.table().isPresent()) {
            return columns(wanted.table().get(), here, there);
        }
        return List.of("-- to be:\n" + commented(here), "-- is:\n" + commented(there));
    }

    private static List<String> labels(String type, String here, String there) {
        List<String> existing = all(LABEL, there);
        List<String> statements = new ArrayList<>();
        List<String> wanted = all(LABEL, here);
        for (int i = 0; i < wanted.size(); i++) {
            if (!existing.contains(wanted.get(i))) {
                String place =
                        i > 0 ? " AFTER " + wanted.get(i - 1) : existing.isEmpty() ? "" : " BEFORE " + existing.get(0);
                statements.add("ALTER TYPE " + type + " ADD VALUE " + wanted.get(i) + place + ";");
            }
        }
        existing.stream()
                .filter(label -> !wanted.contains(label))
                .forEach(label -> statements.add("-- " + type + " has " + label + " in addition"));
        return statements;
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).toList();
    }

    private static List<String> columns(TableName table, String here, String there) {
        Map<String, String> wanted = columns(here);
        Map<String, String> existing = columns(there);
        List<String> statements = new ArrayList<>();
        wanted.forEach((column, definition) -> {
            String now = existing.get(column);
            if (now == null) {
                statements.add("ALTER TABLE " + table.sql() + " ADD COLUMN " + column + " " + definition + ";");
            } else if (!PrintedStatement.unquoted(now).equals(PrintedStatement.unquoted(definition))) {
                statements.add(column(table, column, definition, now));
            }
        });
        existing.keySet().stream()
                .filter(column -> !wanted.containsKey(column))
                .forEach(column -> statements.add("-- " + table + " has column " + column + " in addition"));
        return statements.isEmpty()
                ? List.of("-- to be:\n" + commented(here), "-- is:\n" + commented(there))
                : statements;
    }

    private static Map<String, String> columns(String statement) {
        Map<String, String> columns = new LinkedHashMap<>();
        for (String line : statement.split("\n(?=\t|\\))", -1)) {
            Matcher column = COLUMN.matcher(line);
            if (column.find() && !column.group(1).equals("CONSTRAINT")) {
                columns.put(column.group(1), column.group(2));
            }
        }
        return columns;
    }

    private static String column(TableName table, String column, String wanted, String existing) {
        boolean required = REQUIRED.matcher(wanted).find();
        boolean isRequired = REQUIRED.matcher(existing).find();
        String rest = REQUIRED.matcher(wanted).replaceFirst("");
        String restNow = REQUIRED.matcher(existing).replaceFirst("");
        if (SPECIAL.matcher(rest + " ").find() || SPECIAL.matcher(restNow + " ").find()) {
            return "-- " + table + " column " + column + " to be: " + wanted + "\n-- is: " + existing;
        }
        List<String> changes = new ArrayList<>();
        String type = DEFAULT.matcher(rest).replaceFirst("");
        if (!type.equals(DEFAULT.matcher(restNow).replaceFirst(""))) {
            changes.add("TYPE " + type);
        }
        Matcher value = DEFAULT.matcher(rest);
        Matcher valueNow = DEFAULT.matcher(restNow);
        if (value.find()) {
            if (!valueNow.find() || !valueNow.group(1).equals(value.group(1))) {
                changes.add("SET DEFAULT " + value.group(1));
            }
        } else if (valueNow.find()) {
            changes.add("DROP DEFAULT");
        }
        if (required != isRequired) {
            changes.add(required ? "SET NOT NULL" : "DROP NOT NULL");
        }
        return changes.stream()
                .map(change -> "ALTER TABLE " + table.sql() + " ALTER COLUMN " + column + " " + change + ";")
                .collect(Collectors.joining("\n"));
    }

    private static String commented(String text) {
        return "-- " + text.replace("\n", "\n-- ");
    }
}
