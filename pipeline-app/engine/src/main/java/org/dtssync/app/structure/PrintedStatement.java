package org.dtssync.app.structure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.TableName;

/**
 * Compares statements as printed by servers of different versions. Immutable.
 *
 * <p>Ignored differences: column names with or without their table's (PostgreSQL 16 and later leave it out where there is one table only),
 * quotes around names, names of NOT NULL constraints (PostgreSQL 18 has them), the owner of schema public, the order of a text search
 * configuration's mappings, of grants and of the roles of a policy.
 *
 * @param schemas names that are schemas at either end and therefore not left out
 */
record PrintedStatement(Set<String> schemas) {

    private static final String NAME = "(?:\"(?:[^\"]|\"\")*\"|[\\p{L}_][\\p{L}\\p{N}_$]*)";
    private static final Pattern QUALIFIER =
            Pattern.compile("(?<![\\p{L}\\p{N}_$\".])(" + NAME + ")\\.(?=" + NAME + "|\\*)");
    private static final Pattern NEEDLESS_QUOTES = Pattern.compile("\"([a-z_][a-z0-9_$]*)\"");
    /** A server that quotes every name quotes the values of options in another way. */
    private static final Pattern QUOTED_OPTION = Pattern.compile("='([a-z_][a-z0-9_$]*)'");

    private static final Pattern NOT_NULL_NAME = Pattern.compile(" CONSTRAINT " + NAME + " NOT NULL");
    private static final Pattern NOT_NULL_RULE =
            Pattern.compile(",?\\n\\tCONSTRAINT " + NAME + " NOT NULL (" + NAME + ")");
    private static final Pattern ROLES =
            Pattern.compile("( TO )(" + NAME + "(?:, " + NAME + ")*)(?=\\n    (?:USING|WITH CHECK) \\(|;\\n|\\z)");
    private static final Set<String> WITH_QUERIES =
            Set.of("view", "materialized-view", "function", "procedure", "rule");

    boolean equal(StructureObject a, StructureObject b) {
        return a.statement().equals(b.statement()) || comparable(a).equals(comparable(b));
    }

    /** Returns a statement without the quotes that a name does not need. */
    static String unquoted(String statement) {
        return NEEDLESS_QUOTES.matcher(statement).replaceAll("$1");
    }

    private String comparable(StructureObject object) {
        String unquoted = unquoted(plain(object));
        return sorted(
                object.kind().equals("index") ? QUOTED_OPTION.matcher(unquoted).replaceAll("=$1") : unquoted);
    }

    /** Which of several rights was given first has no meaning, nor where a column of a parent is declared NOT NULL. */
    private static String sorted(String statement) {
        List<String> rest = new ArrayList<>();
        List<String> last = new ArrayList<>();
        for (String part : statement.split(";\n", -1)) {
            if (!part.isEmpty()) {
                (part.startsWith("GRANT ") || part.endsWith(" SET NOT NULL") ? last : rest).add(part);
            }
        }
        Collections.sort(last);
        rest.addAll(last);
        return String.join(";\n", rest);
    }

    private String plain(StructureObject object) {
        String statement = object.statement();
        if (object.kind().equals("policy")) {
            return withoutTables(withSortedRoles(statement));
        }
        if (WITH_QUERIES.contains(object.kind())) {
            return withoutTables(statement);
        }
        if (object.kind().equals("table")) {
            return withRulesApart(object, NOT_NULL_NAME.matcher(statement).replaceAll(" NOT NULL"));
        }
        if (object.name().equals("schema:public")) {
            return parts(statement.replaceAll("ALTER SCHEMA public OWNER TO [^;]*", ""));
        }
        if (object.kind().equals("text-search-configuration")) {
            return parts(NEEDLESS_QUOTES.matcher(statement).replaceAll("$1"));
        }
        return statement;
    }

    /** pg_dump writes the roles of a policy in any order. */
    private static String withSortedRoles(String statement) {
        Matcher roles = ROLES.matcher(statement);
        if (!roles.find()) {
            return statement;
        }
        String sorted = Arrays.stream(roles.group(2).split(", "))
                .map(role -> NEEDLESS_QUOTES.matcher(role).replaceAll("$1"))
                .sorted()
                .collect(Collectors.joining(", "));
        return statement.substring(0, roles.start(2)) + sorted + statement.substring(roles.end(2));
    }

    /** Columns of a parent that are declared NOT NULL, as a server without names of such rules has it. */
    private static String withRulesApart(StructureObject table, String statement) {
        Matcher rule = NOT_NULL_RULE.matcher(statement);
        StringBuilder rest = new StringBuilder();
        StringBuilder rules = new StringBuilder();
        while (rule.find()) {
            rule.appendReplacement(rest, "");
            String name = table.table().map(TableName::sql).orElse("");
            rules.append(";\nALTER TABLE ONLY ")
                    .append(name)
                    .append(" ALTER COLUMN ")
                    .append(rule.group(1))
                    .append(" SET NOT NULL");
        }
        return rules.isEmpty() ? statement : rule.appendTail(rest).append(rules).toString();
    }

    private static String parts(String statement) {
        return Arrays.stream(statement.split(";\\s*"))
                .filter(part -> !part.isBlank())
                .sorted()
                .collect(Collectors.joining(";"));
    }

    private String withoutTables(String statement) {
        Matcher matcher = QUALIFIER.matcher(statement);
        StringBuilder plain = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(1);
            String unquoted =
                    name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
            matcher.appendReplacement(
                    plain, schemas.contains(unquoted) ? Matcher.quoteReplacement(matcher.group()) : "");
        }
        return matcher.appendTail(plain).toString();
    }
}
