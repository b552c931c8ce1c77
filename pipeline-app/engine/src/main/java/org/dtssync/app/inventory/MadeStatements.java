package org.dtssync.app.inventory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dtssync.app.inventory.CatalogObject.Evidence;
import org.dtssync.app.state.StructureObject;

/**
 * What the statements of a task really make: by the names of its schema objects, by clauses such as {@code COMMENT ON TABLE
 * public.orders}, and by what a table's own statement declares. Immutable; quotes and spaces do not count.
 */
final class MadeStatements {

    /** After what depends on an extension, pg_dump begins no line. */
    private static final Pattern CLAUSE_END =
            Pattern.compile(";\\s*(?:\\n|$)|(?<= DEPENDS ON EXTENSION \\S{1,200});(?=ALTER )");

    private static final Pattern COMMENT = Pattern.compile("^COMMENT ON (.+?) IS (?!NULL)", Pattern.DOTALL);
    private static final Pattern LABEL = Pattern.compile("^(SECURITY LABEL FOR .+? ON .+?) IS ", Pattern.DOTALL);
    private static final Pattern PRIVILEGES =
            Pattern.compile("^(?:GRANT|REVOKE) (.+?) ON (.+?) (?:TO|FROM) ", Pattern.DOTALL);
    private static final Pattern COLUMNS = Pattern.compile("\\(([^)]*)\\)");
    private static final Pattern SCHEMA = Pattern.compile("^CREATE SCHEMA (?:IF NOT EXISTS )?(\\S+)");
    private static final Pattern STATE = Pattern.compile("^(?:ALTER|CREATE USER MAPPING) ");

    /** How pg_dump says which one a table has. */
    private static final Pattern ACCESS_METHOD = Pattern.compile("^SET LOCAL default_table_access_method = (\\S+?);");

    /** Where an ALTER says what instead of that. */
    private static final Pattern REST = Pattern.compile(
            "(?<=SET DEFAULT)|(?<=CLUSTER ON)|(?<=REPLICA IDENTITY)|(?<=OWNED BY)|\\sFOR VALUES|\\sDEFAULT$|\\s(?:CHECK|NOT NULL) ?\\(?|=");

    private static final Set<String> GRANTED = Set.of(
            "TABLE",
            "SEQUENCE",
            "FUNCTION",
            "PROCEDURE",
            "AGGREGATE",
            "ROUTINE",
            "TYPE",
            "DOMAIN",
            "SCHEMA",
            "LANGUAGE",
            "DATABASE",
            "FOREIGN",
            "LARGE",
            "PARAMETER",
            "TABLESPACE");

    private final Map<String, String> statements = new HashMap<>();
    private final Set<String> clauses = new HashSet<>();
    private final Set<String> kindsAndNames = new HashSet<>();

    MadeStatements(Collection<StructureObject> objects) {
        for (StructureObject object : objects) {
            String statement = object.statement();
            statements.merge(object.name(), statement.replace("\"", ""), (a, b) -> a + "\n" + b);
            kindsAndNames.add(object.name());
            for (String clause : CLAUSE_END.split(statement, -1)) {
                read(clause.strip());
            }
            Matcher method = ACCESS_METHOD.matcher(statement);
            if (method.find()) {
                add("ALTER TABLE " + object.name().substring(object.name().indexOf(':') + 1) + " SET ACCESS METHOD "
                        + method.group(1));
            }
        }
    }

    private void read(String clause) {
        Matcher comment = COMMENT.matcher(clause);
        if (comment.find()) {
            add("COMMENT ON " + comment.group(1));
        }
        Matcher label = LABEL.matcher(clause);
        if (label.find()) {
            add(label.group(1));
        }
        Matcher privileges = PRIVILEGES.matcher(clause);
        if (privileges.find()) {
            readPrivileges(privileges.group(1), privileges.group(2));
        }
        Matcher schema = SCHEMA.matcher(clause);
        if (schema.find()) {
            add("CREATE SCHEMA " + schema.group(1));
        }
        if (STATE.matcher(clause).find()) {
            add(clause);
            Matcher rest = REST.matcher(clause);
            while (rest.find()) {
                add(clause.substring(0, rest.start()));
            }
            if (clause.startsWith("ALTER DEFAULT PRIVILEGES")) {
                add(clause.replaceFirst(" (?:GRANT|REVOKE) (?s:.*)", ""));
            }
        }
    }

    private void readPrivileges(String words, String on) {
        String target = GRANTED.contains(on.split("\\s", 2)[0].toUpperCase(Locale.ROOT)) ? on : "TABLE " + on;
        Matcher columns = COLUMNS.matcher(words);
        boolean ofColumns = false;
        while (columns.find()) {
            ofColumns = true;
            for (String column : columns.group(1).split(",", -1)) {
                add("ACL COLUMN " + target.replaceFirst("^TABLE ", "") + "." + column.strip());
            }
        }
        if (!ofColumns) {
            add("ACL " + target);
        }
    }

    private void add(String clause) {
        clauses.add(plain(clause));
    }

    /** Returns a clause without what printers of SQL do differently: some relations and types may be called by a more general kind. */
    private static String plain(String clause) {
        return clause.replaceAll("\\bONLY\\b", "")
                .replaceFirst("^ALTER (?:MATERIALIZED VIEW|VIEW|INDEX|SEQUENCE) ", "ALTER TABLE ")
                .replaceFirst("^ACL DOMAIN ", "ACL TYPE ")
                .replace("pg_catalog.", "")
                .replaceAll("[\"\\s]", "");
    }

    /** Returns whether a statement carries one of these names. */
    boolean hasName(List<String> names) {
        return names.stream().anyMatch(kindsAndNames::contains);
    }

    /**
     * Returns whether there is a statement for an object.
     *
     * @param evidence by what it is recognized
     * @param parents the statements of what it is a part of
     */
    boolean shows(Evidence evidence, Collection<String> parents) {
        return hasName(evidence.names())
                || evidence.clauses().stream().anyMatch(clause -> clauses.contains(plain(clause)))
                || parents.stream().anyMatch(statement -> declares(evidence, statement));
    }

    private static boolean declares(Evidence evidence, String statement) {
        if (evidence.column().isPresent()) {
            String column = evidence.column().get().replace("\"", "");
            String words = evidence.words().stream().map(Pattern::quote).collect(Collectors.joining("|"));
            boolean declared = Pattern.compile(
                            "(?:^\\s*|COLUMN )" + Pattern.quote(column) + " [^\\n]*?(?:" + words + ")",
                            Pattern.MULTILINE)
                    .matcher(statement)
                    .find();
            if (declared) {
                return true;
            }
        }
        return !evidence.contents().isEmpty()
                && evidence.contents().stream().allMatch(content -> statement.contains(content.replace("\"", "")));
    }

    /** Returns the statements that carry one of these names, without quotes. */
    List<String> of(List<String> names) {
        List<String> found = new ArrayList<>();
        names.stream()
                .distinct()
                .filter(statements::containsKey)
                .map(statements::get)
                .forEach(found::add);
        return found;
    }
}
