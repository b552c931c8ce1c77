package org.dtssync.app.inventory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.inventory.CatalogObjects.Grants;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;

/**
 * Compares the inventory of the database that applications use with that of the one they are to use, by what PostgreSQL calls each
 * object: what belongs to the task, or is needed by it, and is missing there, and whose privileges differ there. Used for one comparison,
 * by one thread.
 */
public final class InventoryComparison {

    /** Other checks compare these, or the switch makes them equal. */
    private static final Set<String> NOT_COMPARED =
            Set.of("sequence value", "unlogged rows", "rows without sent columns");

    /** What closes a database to applications belongs to the switch. */
    private static final String READ_ONLY = "setting of the database default_transaction_read_only";

    private static final String NOT_NULL = "not-null constraint";

    /** Since PostgreSQL 18 it has a name, which a statement that drops it may use; whether the column may be NULL is compared elsewhere. */
    private static final int NAMES_NOT_NULL = 18;

    /** Rows that belong to no table of the task. */
    private static final Set<String> CONTENTS = Set.of("large object", "rows of an extension's table");

    /** Without these an application works as before. */
    private static final Set<String> UNNOTICED = Set.of(
            "cluster mark",
            "column compression",
            "column options",
            "column storage",
            "comment",
            NOT_NULL,
            "publication",
            "published schema",
            "published table",
            "replica identity",
            "security label",
            "setting of a role in the database",
            "setting of the database",
            "statistics object",
            "statistics target",
            "storage parameters",
            "subscription",
            "table access method",
            "tablespace",
            "unlogged",
            "user mapping");

    /**
     * At the destination, owners and the account get grants on it for the load, which they did not need at the source: one in addition
     * there, or one that is missing here for a way back, is no right that an application misses.
     */
    private static final String PUBLIC_GRANTS = "grants schema public";

    /** Since PostgreSQL 17; an earlier version has no such privilege, whether it is granted or not. */
    private static final String MAINTAIN = "MAINTAIN";

    private static final int KNOWS_MAINTAIN = 17;

    private static final Pattern LAST_NAME = Pattern.compile("\\.(?:\"(?:[^\"]|\"\")*\"|[^.\"]*)\\z");

    /** Names that are keywords of one version only have quotes there. */
    private static final Pattern NEEDLESS_QUOTES = Pattern.compile("\"([a-z_][a-z0-9_$]*)\"");

    private final End other;
    private final CatalogObjects source;
    private final CatalogObjects destination;
    private final ObjectSelection selection;
    private final Set<String> skipped;
    private final Map<String, InventoryItem> items;
    private final Map<ObjectKey, CatalogObject> rows;
    private final Set<String> found;
    private final Set<CatalogObject> missing = new HashSet<>();
    private final List<InventoryDifference> differences = new ArrayList<>();

    private InventoryComparison(
            End other,
            CatalogObjects source,
            CatalogObjects destination,
            ObjectSelection selection,
            Inventory judged,
            Set<String> skipped) {
        this.other = other;
        this.source = source;
        this.destination = destination;
        this.selection = selection;
        this.skipped = skipped;
        this.items = judged.items().stream()
                .collect(Collectors.toMap(item -> plain(item.title()), Function.identity(), (a, b) -> a));
        this.rows = source.objects().stream()
                .filter(object -> !object.property())
                .collect(Collectors.toMap(CatalogObject::key, Function.identity(), (a, b) -> a));
        this.found = destination.objects().stream()
                .map(object -> plain(object.title()))
                .collect(Collectors.toSet());
    }

    /**
     * Compares them.
     *
     * @param from the database that applications use
     * @param to the database they are to use
     * @param selection what is migrated
     * @param statements what the task makes at its destination
     * @param skipped the names of those that a person has decided not to create
     */
    public static List<InventoryDifference> of(
            DatabaseConnections from,
            DatabaseConnections to,
            ObjectSelection selection,
            Collection<StructureObject> statements,
            Set<String> skipped) {
        CatalogObjects here = CatalogObjects.read(from);
        Inventory judged = from.inTransaction(
                "The objects of the " + from.role() + " could not be read",
                connection -> Judgement.of(connection, here, selection, statements));
        return new InventoryComparison(to.role(), here, CatalogObjects.read(to), selection, judged, skipped).compare();
    }

    private List<InventoryDifference> compare() {
        for (CatalogObject object : source.objects()) {
            if (isExpected(object) && !found.contains(plain(object.title()))) {
                missing.add(object);
            }
        }
        for (CatalogObject object : source.objects()) {
            if (missing.contains(object) && parents(object).stream().noneMatch(missing::contains)) {
                addMissing(object);
            }
        }
        compareContents();
        if (selection.owners() == Owners.KEEP) {
            compareGrants();
        }
        return List.copyOf(differences);
    }

    private static String plain(String title) {
        return NEEDLESS_QUOTES.matcher(title).replaceAll("$1");
    }

    private static <T> Map<String, T> plain(Map<String, T> byTitle) {
        Map<String, T> plain = new HashMap<>();
        byTitle.forEach((title, value) -> plain.put(plain(title), value));
        return plain;
    }

    /** Those whose title is at both ends. */
    private void compareContents() {
        Map<String, String> contents = plain(destination.contents());
        for (CatalogObject object : source.objects()) {
            String here = source.contents().get(object.title());
            String there = contents.get(plain(object.title()));
            if (here != null && there != null && !here.equals(there) && isExpected(object)) {
                differences.add(new InventoryDifference(
                        InventoryDifference.Kind.CHANGED,
                        object.title(),
                        sentence(object.title()) + (isSeveral(object) ? " differ" : " differs") + " at the " + other
                                + ".",
                        object.remedy().orElse(""),
                        false,
                        true,
                        List.of()));
            }
        }
    }

    private boolean isExpected(CatalogObject object) {
        InventoryItem item = items.get(plain(object.title()));
        boolean named =
                !object.kind().equals(NOT_NULL) || Math.min(source.version(), destination.version()) >= NAMES_NOT_NULL;
        return item != null
                && named
                && item.verdict() != Verdict.AT_THE_SWITCH
                && object.count() > 0
                && !NOT_COMPARED.contains(object.kind())
                && !object.title().equals(READ_ONLY)
                && !object.kind().endsWith("grants")
                && (item.verdict() != Verdict.LEFT_OUT || !item.neededBy().isEmpty())
                && !isSkipped(object);
    }

    private boolean isSkipped(CatalogObject object) {
        return object.evidence().names().stream().anyMatch(skipped::contains)
                || parents(object).stream().anyMatch(this::isSkipped);
    }

    private List<CatalogObject> parents(CatalogObject object) {
        List<CatalogObject> parents = new ArrayList<>();
        for (ObjectKey key : object.parents()) {
            CatalogObject parent = rows.get(key);
            boolean itself = !object.property() && key.equals(object.key());
            if (parent != null && !itself) {
                parents.add(parent);
            }
        }
        return parents;
    }

    private void addMissing(CatalogObject object) {
        InventoryItem item = items.get(plain(object.title()));
        if (item == null) {
            return;
        }
        String needed = item.neededBy().isEmpty()
                ? ""
                : "; needed by "
                        + String.join(
                                ", ",
                                item.neededBy()
                                        .subList(0, Math.min(3, item.neededBy().size())));
        differences.add(new InventoryDifference(
                InventoryDifference.Kind.MISSING,
                object.title(),
                sentence(object.title()) + (isSeveral(object) ? " do not" : " does not") + " exist at the " + other
                        + needed + ".",
                item.verdict() == Verdict.BY_HAND
                        ? item.sql().orElse("")
                        : item.verdict() == Verdict.CARRIED ? object.remedy().orElse("") : "",
                item.verdict() == Verdict.CARRIED,
                !UNNOTICED.contains(object.kind()) && isMissed(object, item),
                object.evidence().names()));
    }

    /**
     * A new server brings extensions, foreign servers and the like of its own. The source worked without them, and what the task's own
     * schemas need of them cannot exist there without them, so that is named.
     */
    private boolean isMissed(CatalogObject object, InventoryItem item) {
        return other == End.DESTINATION
                || item.verdict() == Verdict.CARRIED
                || CONTENTS.contains(object.kind())
                || hasSchema(object);
    }

    private boolean hasSchema(CatalogObject object) {
        return object.schema().isPresent() || parents(object).stream().anyMatch(this::hasSchema);
    }

    private void compareGrants() {
        Map<String, Grants> granting = plain(source.grants());
        Map<String, Grants> given = plain(destination.grants());
        Set<String> titles = new TreeSet<>(granting.keySet());
        titles.addAll(given.keySet());
        Map<String, CatalogObject> granted = new HashMap<>();
        source.objects().stream()
                .filter(object -> object.kind().endsWith("grants"))
                .forEach(object -> granted.put(plain(object.title()), object));
        Set<String> known = source.objects().stream()
                .filter(object -> !object.property())
                .filter(object -> {
                    InventoryItem item = items.get(plain(object.title()));
                    return item != null && item.verdict() == Verdict.CARRIED && !isSkipped(object);
                })
                .map(object -> plain(object.identity()))
                .collect(Collectors.toSet());
        for (String title : titles) {
            Grants here = granting.get(title);
            Grants there = given.get(title);
            Grants any = here == null ? there : here;
            CatalogObject row = granted.get(title);
            if (any != null && (row == null ? known.contains(plain(whole(any))) : isCompared(row))) {
                compare(
                        title,
                        comparable(here == null ? any.initial() : here.now()),
                        comparable(there == null ? any.initial() : there.now()),
                        any);
            }
        }
    }

    /** Returns what PostgreSQL calls the object of some privileges; for those on a column, its table or view. */
    private static String whole(Grants grants) {
        return grants.target().startsWith("COLUMN ")
                ? LAST_NAME.matcher(grants.identity()).replaceFirst("")
                : grants.identity();
    }

    /** Returns the privileges that both versions know: GRANT ALL gives the later one more of them. */
    private List<String> comparable(List<String> privileges) {
        if (Math.min(source.version(), destination.version()) >= KNOWS_MAINTAIN) {
            return privileges;
        }
        return privileges.stream()
                .filter(grant -> !grant.replace("*", "").endsWith("=" + MAINTAIN))
                .toList();
    }

    private boolean isCompared(CatalogObject row) {
        InventoryItem item = items.get(plain(row.title()));
        return item != null
                && item.verdict() != Verdict.LEFT_OUT
                && item.verdict() != Verdict.AT_THE_SWITCH
                && !isSkipped(row)
                && parents(row).stream().noneMatch(missing::contains);
    }

    private void compare(String title, List<String> wanted, List<String> given, Grants any) {
        List<String> narrower =
                wanted.stream().filter(grant -> !given.contains(grant)).toList();
        List<String> wider =
                given.stream().filter(grant -> !wanted.contains(grant)).toList();
        if (narrower.isEmpty() && wider.isEmpty()) {
            return;
        }
        List<String> parts = new ArrayList<>();
        if (!narrower.isEmpty()) {
            parts.add("without " + String.join(", ", narrower));
        }
        if (!wider.isEmpty()) {
            parts.add("with " + String.join(", ", wider) + " in addition");
        }
        InventoryItem item = items.get(plain(title));
        differences.add(new InventoryDifference(
                InventoryDifference.Kind.GRANTS,
                title,
                sentence(title) + " differ at the " + other + ": they are " + String.join(" and ", parts) + ".",
                Remarks.statements(wanted, given, any.target()),
                item == null || item.verdict() == Verdict.CARRIED,
                !title.equals("grants database")
                        && !title.contains(" pg_catalog.")
                        && !(title.equals(PUBLIC_GRANTS) && (narrower.isEmpty() || other == End.SOURCE)),
                List.of()));
    }

    private static boolean isSeveral(CatalogObject object) {
        return object.kind().startsWith("rows ") || object.count() > 1;
    }

    /** Returns a title as the beginning of a sentence. */
    private static String sentence(String title) {
        String readable = title.replaceFirst("^(comment|security label|grants|changed grants) ", "$1 on ")
                .replaceFirst("^large object (?=\\d+ to )", "large objects ");
        return Character.toUpperCase(readable.charAt(0)) + readable.substring(1);
    }
}
