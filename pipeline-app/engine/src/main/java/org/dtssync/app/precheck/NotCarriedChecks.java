package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.app.inventory.InventoryItem;
import org.dtssync.app.precheck.Advice.Place;

/** Source objects that the task does not make at the destination, by the inventory: each is named, with what to do about it. */
final class NotCarriedChecks {

    private static final int NAMED = 10;
    private static final int NEEDED_BY = 5;

    /** Other checks report these. */
    private static final Set<String> REPORTED_ELSEWHERE = Set.of("large object", "foreign table");

    private static final String CURRENT_DATABASE = "SELECT quote_ident(current_database())";

    private NotCarriedChecks() {}

    static void notCarried(Ends ends, Findings findings) throws SQLException {
        String source = ends.atSource(CURRENT_DATABASE).text();
        String destination = ends.atDestination(CURRENT_DATABASE).text();
        Map<String, Integer> named = new HashMap<>();
        for (InventoryItem item : inOrder(ends.inventory().byHand())) {
            if (!REPORTED_ELSEWHERE.contains(item.kind()) && named.merge(item.kind(), 1, Integer::sum) <= NAMED) {
                String because = item.reason().startsWith("It needs")
                        ? ": " + item.reason().substring(0, 1).toLowerCase(Locale.ROOT)
                                + item.reason().substring(1)
                        : ".";
                String[] sql = ends.inventory().sqlOfWhole(item).stream()
                        .map(statement -> atDatabase(item, statement, source, destination))
                        .toArray(String[]::new);
                findings.warn(
                        item.title(),
                        sentence(item) + " is not migrated" + because,
                        sql.length == 0 ? Advice.NONE : Advice.sql(Place.DESTINATION, sql));
            }
        }
        named.forEach((kind, count) -> more(kind, count, findings));
        findings.passIfNothingFound("objects", "The source has no objects that have to be made by hand.");
    }

    /** What the selection leaves out makes something else fail that needs it, at the end of the load or in use. */
    static void leftOut(Ends ends, Findings findings) throws SQLException {
        Map<String, Integer> named = new HashMap<>();
        for (InventoryItem item : ends.inventory().needed()) {
            if (named.merge(item.kind(), 1, Integer::sum) <= NAMED) {
                List<String> users = item.neededBy();
                String more = users.size() > NEEDED_BY ? " and " + (users.size() - NEEDED_BY) + " more" : "";
                findings.warn(
                        item.title(),
                        sentence(item) + " is left out by the selection, but needed by "
                                + String.join(", ", users.subList(0, Math.min(NEEDED_BY, users.size()))) + more + ".",
                        item.sql()
                                .map(sql -> Advice.sql(Place.DESTINATION, sql))
                                .orElse(Advice.NONE)
                                .and("or exclude what needs it, or create it at the destination yourself"));
            }
        }
        named.forEach((kind, count) -> more(kind, count, findings));
        findings.passIfNothingFound("objects", "The selected objects need nothing that the selection leaves out.");
    }

    /** The statements become one script: servers need their wrappers, which would come after them by name. */
    private static List<InventoryItem> inOrder(List<InventoryItem> items) {
        return items.stream()
                .sorted(Comparator.comparing(item -> !item.kind().equals("foreign-data wrapper")))
                .toList();
    }

    /** The inventory is the source's, but the statement runs at the destination, whose database may have another name. */
    private static String atDatabase(InventoryItem item, String sql, String source, String destination) {
        return item.identity().equals("database")
                ? sql.replaceAll(
                        "(?m)^(COMMENT ON|(?:GRANT|REVOKE) [A-Z, ]+ ON) DATABASE " + Pattern.quote(source) + " ",
                        "$1 DATABASE " + Matcher.quoteReplacement(destination) + " ")
                : sql;
    }

    private static String sentence(InventoryItem item) {
        return item.title().substring(0, 1).toUpperCase(Locale.ROOT)
                + item.title().substring(1);
    }

    private static void more(String kind, int count, Findings findings) {
        if (count > NAMED) {
            findings.warn(
                    kind,
                    "There are " + (count - NAMED) + " more of kind " + kind + ".",
                    "dts-sync evaluate TASK.yaml --verbose names all.");
        }
    }
}
