package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.dtssync.app.catalog.UnsteadyChecks;
import org.dtssync.app.state.Section;
import org.dtssync.app.structure.Dependencies.Need;

/**
 * Decides in which section each object is created, and how the circles between objects are cut.
 *
 * <p>Tables and what they need come before the load. What needs a key or a constraint comes after that. A default or a domain's
 * constraint that has to come later than its table or domain is created apart from it. In a circle, first such a part is
 * created apart; then a type, a view or a function is created as a placeholder without what it needs. Not thread-safe.
 */
final class CreationPlan {

    /** Defaults of columns that are not generated, and constraints of domains: can be added later. */
    private static final String PARTS = """
            SELECT 'pg_attrdef'::regclass::oid::bigint, d.oid::bigint, true FROM pg_attrdef d
            JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            JOIN pg_class c ON c.oid = d.adrelid WHERE a.attgenerated = '' AND c.relkind IN ('r', 'p')
            UNION ALL
            SELECT 'pg_constraint'::regclass::oid::bigint, con.oid::bigint, con.convalidated AND NOT unsteady.late
            FROM pg_constraint con
            """ + UnsteadyChecks.JOINED + """
            WHERE con.contypid <> 0 AND con.contype = 'c'
            """;

    /** What can have a placeholder, apart from views. */
    private static final String REPLACEABLE = """
            SELECT 'pg_proc'::regclass::oid::bigint, oid::bigint FROM pg_proc WHERE prosqlbody IS NOT NULL
            UNION ALL
            SELECT 'pg_type'::regclass::oid::bigint, oid::bigint FROM pg_type WHERE typtype IN ('b', 'r') AND oid >= 16384
            """;

    private final Map<ObjectAddress, CatalogObject> objects;
    private final Dependencies dependencies;
    private final Set<ObjectAddress> separable = new HashSet<>();
    private final Set<ObjectAddress> replaceable = new HashSet<>();
    private final Map<ObjectAddress, Section> sections = new HashMap<>();
    private final Set<ObjectAddress> early = new HashSet<>();
    private final Set<ObjectAddress> apart = new LinkedHashSet<>();
    private final Set<ObjectAddress> placeholders = new LinkedHashSet<>();

    private CreationPlan(Map<ObjectAddress, CatalogObject> objects, Dependencies dependencies) {
        this.objects = objects;
        this.dependencies = dependencies;
    }

    /**
     * Makes the plan.
     *
     * @param objects what is migrated
     * @param later what is created after the load by itself: constraints, indexes and the like
     */
    static CreationPlan of(
            Connection connection,
            Map<ObjectAddress, CatalogObject> objects,
            Dependencies dependencies,
            Collection<PrintedObject> later)
            throws SQLException {
        CreationPlan plan = new CreationPlan(objects, dependencies);
        plan.readFacts(connection);
        later.stream()
                .filter(printed -> printed.stage() == PrintedObject.Stage.CREATION)
                .forEach(printed -> plan.sections.put(printed.address(), printed.section()));
        plan.needForTables();
        plan.delay();
        plan.cut();
        return plan;
    }

    private void readFacts(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(PARTS)) {
                while (rows.next()) {
                    ObjectAddress part = new ObjectAddress(rows.getLong(1), rows.getLong(2));
                    separable.add(part);
                    if (!rows.getBoolean(3)
                            && dependencies
                                    .owner(part)
                                    .filter(objects::containsKey)
                                    .isPresent()) {
                        // Values of the source may break it.
                        apart.add(part);
                    }
                }
            }
            try (ResultSet rows = statement.executeQuery(REPLACEABLE)) {
                while (rows.next()) {
                    replaceable.add(new ObjectAddress(rows.getLong(1), rows.getLong(2)));
                }
            }
        }
    }

    /** Returns parts that are created apart from what they belong to: those of one catalog. */
    List<Long> apart(long catalog) {
        return oids(apart, catalog);
    }

    /** Returns objects of one catalog that have a placeholder. */
    List<Long> placeholders(long catalog) {
        return oids(placeholders, catalog);
    }

    /** Returns whether a statement replaces a placeholder; a type's shell is completed by itself. */
    boolean isReplaced(ObjectAddress object) {
        return placeholders.contains(object) && object.catalog() != ObjectAddress.TYPE;
    }

    private static List<Long> oids(Set<ObjectAddress> addresses, long catalog) {
        return addresses.stream()
                .filter(address -> address.catalog() == catalog)
                .map(ObjectAddress::oid)
                .toList();
    }

    private boolean is(ObjectAddress object, Predicate<CatalogObject> condition) {
        return Optional.ofNullable(objects.get(object)).filter(condition).isPresent();
    }

    private String title(ObjectAddress object) {
        return Optional.ofNullable(objects.get(object))
                .map(known -> known.kind() + known.title())
                .orElse("");
    }

    private Section section(ObjectAddress object) {
        return sections.getOrDefault(object, Section.PRE_DATA);
    }

    private List<Need> needs(ObjectAddress object) {
        return dependencies.needs(object).stream()
                .filter(need -> objects.containsKey(need.on()))
                .toList();
    }

    /** A table cannot wait: for a column of a view's type, the key that the view groups by is created before the load. */
    private void needForTables() {
        Deque<ObjectAddress> waiting = new ArrayDeque<>();
        Set<ObjectAddress> needed = new HashSet<>();
        objects.values().stream().filter(CatalogObject::isTable).forEach(table -> waiting.add(table.address()));
        while (!waiting.isEmpty()) {
            for (Need need : needs(waiting.poll())) {
                if (!separable.contains(need.part()) && needed.add(need.on())) {
                    waiting.add(need.on());
                }
            }
        }
        needed.stream().filter(object -> sections.remove(object) != null).forEach(early::add);
    }

    /** Whatever needs something late is late itself, but for tables and domains: of them, the part that needs it. */
    private void delay() {
        Map<ObjectAddress, List<ObjectAddress>> dependents = new HashMap<>();
        for (ObjectAddress object : objects.keySet()) {
            for (Need need : needs(object)) {
                if (!separable.contains(need.part())) {
                    dependents
                            .computeIfAbsent(need.on(), absent -> new ArrayList<>())
                            .add(object);
                }
            }
        }
        Deque<ObjectAddress> changed = new ArrayDeque<>(sections.keySet());
        while (!changed.isEmpty()) {
            ObjectAddress late = changed.poll();
            for (ObjectAddress dependent : dependents.getOrDefault(late, List.of())) {
                if (section(dependent).compareTo(section(late)) < 0 && !is(dependent, CatalogObject::isTable)) {
                    sections.put(dependent, section(late));
                    changed.add(dependent);
                }
            }
        }
        for (ObjectAddress object : objects.keySet()) {
            for (Need need : needs(object)) {
                if (separable.contains(need.part()) && section(need.on()).compareTo(section(object)) > 0) {
                    apart.add(need.part());
                }
            }
        }
    }

    private void cut() {
        boolean found = true;
        while (found) {
            Map<ObjectAddress, Set<ObjectAddress>> circles = circles();
            found = separate(circles)
                    || replace(circles, object -> object.catalog() == ObjectAddress.TYPE)
                    || replace(circles, object -> is(object, CatalogObject::isView))
                    || replace(circles, object -> object.catalog() == ObjectAddress.ROUTINE);
        }
    }

    /** Returns what is in circles or between them, with what of it each needs. */
    private Map<ObjectAddress, Set<ObjectAddress>> circles() {
        Map<ObjectAddress, Set<ObjectAddress>> rest = new LinkedHashMap<>();
        for (ObjectAddress object : objects.keySet()) {
            Set<ObjectAddress> needed = needs(object).stream()
                    .filter(need -> !apart.contains(need.part()) && !placeholders.contains(need.on()))
                    .map(Need::on)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            if (!needed.isEmpty()) {
                rest.put(object, needed);
            }
        }
        boolean shrunk = true;
        while (shrunk) {
            Set<ObjectAddress> kept = Set.copyOf(rest.keySet());
            rest.values().forEach(needed -> needed.retainAll(kept));
            Set<ObjectAddress> wanted =
                    rest.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
            shrunk = rest.entrySet().removeIf(entry -> entry.getValue().isEmpty() || !wanted.contains(entry.getKey()));
        }
        return rest;
    }

    private boolean separate(Map<ObjectAddress, Set<ObjectAddress>> circles) {
        int before = apart.size();
        for (ObjectAddress object : circles.keySet()) {
            for (Need need : needs(object)) {
                if (separable.contains(need.part()) && reaches(circles, need.on(), object)) {
                    apart.add(need.part());
                }
            }
        }
        return apart.size() > before;
    }

    private boolean replace(Map<ObjectAddress, Set<ObjectAddress>> circles, Predicate<ObjectAddress> wanted) {
        Optional<ObjectAddress> chosen = circles.keySet().stream()
                .filter(wanted)
                .filter(object -> replaceable.contains(object) || is(object, CatalogObject::isView))
                .filter(object -> circles.getOrDefault(object, Set.of()).stream()
                        .anyMatch(need -> reaches(circles, need, object)))
                .min(Comparator.comparing(this::title));
        chosen.ifPresent(placeholders::add);
        return chosen.isPresent();
    }

    private static boolean reaches(Map<ObjectAddress, Set<ObjectAddress>> edges, ObjectAddress from, ObjectAddress to) {
        Deque<ObjectAddress> waiting = new ArrayDeque<>(List.of(from));
        Set<ObjectAddress> seen = new HashSet<>(waiting);
        while (!waiting.isEmpty()) {
            ObjectAddress at = waiting.poll();
            if (at.equals(to)) {
                return true;
            }
            edges.getOrDefault(at, Set.of()).stream().filter(seen::add).forEach(waiting::add);
        }
        return false;
    }

    /** A statement of the plan: what it is about, and whether that is only its placeholder. */
    private record Step(ObjectAddress address, boolean placeholder) {}

    /**
     * Puts statements into the order in which they can be run, each in its section.
     *
     * @param printed all statements, in the order in which they are preferred
     */
    List<PrintedObject> inOrder(List<PrintedObject> printed) {
        Map<Step, List<Integer>> places = new HashMap<>();
        for (int i = 0; i < printed.size(); i++) {
            places.computeIfAbsent(step(printed.get(i)), absent -> new ArrayList<>())
                    .add(i);
        }
        List<Set<Integer>> needs = new ArrayList<>();
        for (int i = 0; i < printed.size(); i++) {
            Set<Integer> needed = new HashSet<>();
            for (Step step : needed(printed.get(i))) {
                needed.addAll(creating(printed, places, step));
            }
            needed.remove(i);
            needs.add(needed);
        }
        List<PrintedObject> ordered = new ArrayList<>();
        Map<Integer, Section> found = new HashMap<>();
        for (int place : new PreferredOrder(needs).places()) {
            PrintedObject object = printed.get(place);
            Section section = early.contains(object.address()) ? Section.PRE_DATA : object.section();
            for (int need : needs.get(place)) {
                section = latest(section, found.getOrDefault(need, section));
            }
            section = is(object.address(), CatalogObject::isTable) && object.stage() == PrintedObject.Stage.CREATION
                    ? Section.PRE_DATA
                    : section;
            found.put(place, section);
            ordered.add(object.in(section));
        }
        return ordered;
    }

    private static Section latest(Section a, Section b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private Step step(PrintedObject printed) {
        return new Step(printed.address(), printed.stage() == PrintedObject.Stage.PLACEHOLDER);
    }

    private static List<Integer> creating(List<PrintedObject> printed, Map<Step, List<Integer>> places, Step step) {
        return places.getOrDefault(step, List.of()).stream()
                .filter(place -> printed.get(place).stage() != PrintedObject.Stage.CHANGE)
                .toList();
    }

    private Set<Step> needed(PrintedObject printed) {
        Set<Step> needed = new LinkedHashSet<>();
        ObjectAddress address = printed.address();
        Optional<ObjectAddress> owner = dependencies.owner(address);
        if (printed.stage() == PrintedObject.Stage.CHANGE) {
            owner.ifPresent(object -> needed.add(new Step(object, false)));
            return needed;
        }
        if (owner.isEmpty()) {
            return needed;
        }
        boolean part = !owner.get().equals(address);
        if (part) {
            needed.add(new Step(owner.get(), false));
        } else if (printed.stage() == PrintedObject.Stage.CREATION && placeholders.contains(address)) {
            needed.add(new Step(address, true));
        }
        for (Need need : needs(owner.get())) {
            boolean ours = part ? need.part().equals(address) : !apart.contains(need.part());
            if (ours) {
                boolean circle = placeholders.contains(need.on()) && dependsOn(need.on(), owner.get());
                needed.add(new Step(need.on(), circle));
            }
        }
        if (printed.stage() == PrintedObject.Stage.PLACEHOLDER) {
            // Of what is in the circle, it can need nothing but types that are not.
            needed.removeIf(step -> dependsOn(step.address(), address));
        }
        return needed;
    }

    private boolean dependsOn(ObjectAddress from, ObjectAddress to) {
        Deque<ObjectAddress> waiting = new ArrayDeque<>(List.of(from));
        Set<ObjectAddress> seen = new HashSet<>(waiting);
        while (!waiting.isEmpty()) {
            ObjectAddress at = waiting.poll();
            if (at.equals(to)) {
                return true;
            }
            needs(at).stream().map(Need::on).filter(seen::add).forEach(waiting::add);
        }
        return false;
    }
}
