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

/**
 * Compares statements as printed by servers of different versions. Immutable.
 *
 * <p>Ignored differences: column names with or without their table's (PostgreSQL 16 and later leave it out where there is one table only),
 * quotes around names, names of NOT NULL constraints (PostgreSQL 18 has them), the owner of schema public, the order of a text search
 * configuration's mappings and of grants.
 *
 * @param schemas names that are schemas at either end and therefore not left out
 */
record PrintedStatement(Set<String> schemas) {

    private static final String NAME = "(?:\"(?:[^\"]|\"\")*\"|[\\p{L}_][\\p{L}\\p{N}_$]*)";
    private static final Pattern QUALIFIER =
            Pattern.compile("(?<![\\p{L}\\p{N}_$\".])(" + NAME + ")\\.(?=" + NAME + "|\\*)");
    private static final Pattern NEEDLESS_QUOTES = Pattern.compile("\"([a-z_][a-z0-9_$]*)\"");
    private static final Pattern NOT_NULL_NAME = Pattern.compile(" CONSTRAINT " + NAME + " NOT NULL");
    private static final Set<String> WITH_QUERIES =
            Set.of("view", "materialized-view", "function", "procedure", "rule", "policy");

    boolean equal(StructureObject a, StructureObject b) {
        return a.statement().equals(b.statement()) || comparable(a).equals(comparable(b));
    }

    private String comparable(StructureObject object) {
        return NEEDLESS_QUOTES.matcher(withSortedGrants(plain(object))).replaceAll("$1");
    }

    /** Which of several rights was given first has no meaning. */
    private static String withSortedGrants(String statement) {
        List<String> rest = new ArrayList<>();
        List<String> grants = new ArrayList<>();
        for (String part : statement.split(";\n")) {
            (part.startsWith("GRANT ") ? grants : rest).add(part);
        }
        Collections.sort(grants);
        rest.addAll(grants);
        return String.join(";\n", rest);
    }

    private String plain(StructureObject object) {
        String statement = object.statement();
        if (WITH_QUERIES.contains(object.kind())) {
            return withoutTables(statement);
        }
        if (object.kind().equals("table")) {
            return NOT_NULL_NAME.matcher(statement).replaceAll(" NOT NULL");
        }
        if (object.name().equals("schema:public")) {
            return parts(statement.replaceAll("ALTER SCHEMA public OWNER TO [^;]*", ""));
        }
        if (object.kind().equals("text-search-configuration")) {
            return parts(statement);
        }
        return statement;
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
