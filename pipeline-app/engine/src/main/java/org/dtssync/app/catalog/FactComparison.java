package org.dtssync.app.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Describes the difference between two sets of facts about one table. Used for one comparison. */
final class FactComparison {

    private static final String ALTERED = "altered";
    static final String FILES = "files";
    private static final String NUMBER = "number";
    static final String OBJECT = "oid";
    private static final String TYPE = "type";
    private static final String NO_VALUES = "[]";
    private static final String DEFINITION = "definition";
    private static final String WITH_LATE_CHECKS = "with late checks";

    private final Map<String, Map<String, Map<String, String>>> before;
    private final Map<String, Map<String, Map<String, String>>> now;
    private final List<String> changes = new ArrayList<>();

    private FactComparison(List<ShapeFact> before, List<ShapeFact> now) {
        this.before = byKindAndName(before);
        this.now = byKindAndName(now);
    }

    static List<String> compare(List<ShapeFact> before, List<ShapeFact> now) {
        FactComparison comparison = new FactComparison(before, now);
        comparison.tables();
        if (comparison.changes.isEmpty()) {
            comparison.columns();
            comparison.properties("table", "");
            comparison.partitions();
            comparison.types();
        }
        return comparison.changes;
    }

    /** Another table of the same name has nothing in common with the one that was captured. */
    private void tables() {
        String was = table(before).get(OBJECT);
        if (!Objects.equals(was, table(now).get(OBJECT))) {
            changes.add("table was dropped and re-created");
        }
    }

    private void columns() {
        Map<String, Map<String, String>> old = before.getOrDefault("column", Map.of());
        Map<String, Map<String, String>> current = now.getOrDefault("column", Map.of());
        Set<String> renamed = renamedColumns(old, current);
        each("column", (was, is) -> {
            if (is == null) {
                if (!renamed.contains(was)) {
                    changes.add("column " + was + " was dropped");
                }
            } else if (was == null) {
                if (!renamed.contains(is)) {
                    changes.add("column " + is + " (" + facts(current, is).get(TYPE) + ") was added");
                }
            } else if (!Objects.equals(
                    facts(old, was).get(NUMBER), facts(current, is).get(NUMBER))) {
                changes.add("column " + was + " was dropped and added again as "
                        + facts(current, is).get(TYPE));
            } else {
                column(was, facts(old, was), facts(current, is));
            }
        });
    }

    /** Records columns with one number under two names, and returns these names. */
    private Set<String> renamedColumns(Map<String, Map<String, String>> old, Map<String, Map<String, String>> current) {
        Set<String> renamed = new TreeSet<>();
        old.forEach((was, facts) -> current.forEach((is, currentFacts) -> {
            if (!was.equals(is)
                    && Objects.equals(facts.get(NUMBER), currentFacts.get(NUMBER))
                    && !current.containsKey(was)) {
                changes.add("column " + was + " was renamed to " + is);
                renamed.add(was);
                renamed.add(is);
                column(is, facts, currentFacts);
            }
        }));
        return renamed;
    }

    private void column(String name, Map<String, String> was, Map<String, String> is) {
        int found = changes.size();
        changedType(name, was.get(TYPE), is.get(TYPE));
        changed("collation of column " + name, was.get("collation"), is.get("collation"));
        changed("default of column " + name, was.get("default"), is.get("default"));
        changed("generation expression of column " + name, was.get("generated"), is.get("generated"));
        changed("identity of column " + name, was.get("identity"), is.get("identity"));
        if (!Objects.equals(was.get("not null"), is.get("not null"))) {
            changes.add("column " + name + (is.get("not null") == null ? " is nullable now" : " is NOT NULL now"));
        }
        boolean rewritten = !Objects.equals(was.get(ALTERED), is.get(ALTERED))
                && !Objects.equals(table(before).get(FILES), table(now).get(FILES));
        if (rewritten && changes.size() == found && !renamedTo(name)) {
            changes.add("column " + name + " was altered and the table rewritten, so its values may have changed");
        }
    }

    private boolean renamedTo(String name) {
        return changes.stream().anyMatch(change -> change.endsWith(" was renamed to " + name));
    }

    private void changedType(String name, @Nullable String was, @Nullable String is) {
        if (!Objects.equals(was, is)) {
            changes.add("column " + name + " changed type from " + was + " to " + is);
        }
    }

    private void partitions() {
        each("partition", (was, is) -> {
            if (is == null) {
                changes.add("partition " + was + " was detached or dropped");
            } else if (was == null) {
                changes.add("partition " + is + " was attached");
            } else if (!Objects.equals(
                    facts(before, "partition", was).get(OBJECT),
                    facts(now, "partition", is).get(OBJECT))) {
                changes.add("partition " + was + " was replaced by another one of the same name");
            } else {
                properties("partition", was);
            }
        });
    }

    private void types() {
        each("enum", (was, is) -> {
            if (was != null && is != null) {
                values(
                        was,
                        facts(before, "enum", was).getOrDefault("values", NO_VALUES),
                        facts(now, "enum", is).getOrDefault("values", NO_VALUES));
            }
        });
        for (String kind : List.of("composite", "domain", "range")) {
            each(kind, (was, is) -> {
                if (was != null && is != null && !isSame(facts(before, kind, was), facts(now, kind, is))) {
                    String from = facts(before, kind, was).values().iterator().next();
                    String to = facts(now, kind, is).values().iterator().next();
                    changes.add(kind + " type " + was + " changed from (" + from + ") to (" + to + ")");
                }
            });
        }
    }

    /** A domain may have gained checks that the switchover makes, or have been recorded with them. */
    private static boolean isSame(Map<String, String> was, Map<String, String> is) {
        if (!was.containsKey(DEFINITION) || !is.containsKey(DEFINITION)) {
            return was.equals(is);
        }
        String definition = was.get(DEFINITION);
        return is.get(DEFINITION).equals(definition) || Objects.equals(is.get(WITH_LATE_CHECKS), definition);
    }

    private void values(String type, String was, String is) {
        List<String> old = list(was);
        List<String> current = list(is);
        current.stream()
                .filter(value -> !old.contains(value))
                .forEach(value -> changes.add("enum type " + type + " gained the value '" + value + "'"));
        old.stream()
                .filter(value -> !current.contains(value))
                .forEach(value -> changes.add("enum type " + type + " lost the value '" + value + "'"));
        if (!old.equals(current) && Set.copyOf(old).equals(Set.copyOf(current))) {
            changes.add("enum type " + type + " has its values in another order");
        }
    }

    /** Properties of the table or of a partition; those of a column are worded separately. */
    private void properties(String kind, String name) {
        Map<String, String> was = facts(before, kind, name);
        Map<String, String> is = facts(now, kind, name);
        Set<String> all = new TreeSet<>(was.keySet());
        all.addAll(is.keySet());
        all.remove(FILES);
        String of = name.isEmpty() ? "" : " of partition " + name;
        all.forEach(property -> changed(property + of, was.get(property), is.get(property)));
    }

    private void changed(String what, @Nullable String was, @Nullable String is) {
        if (Objects.equals(was, is)) {
            return;
        }
        if (was == null) {
            changes.add(what + " was set to " + is);
        } else if (is == null) {
            changes.add(what + " was removed, it was " + was);
        } else {
            changes.add(what + " changed from " + was + " to " + is);
        }
    }

    /** Calls with each name of a kind: twice the name, or null where it is absent. */
    private void each(String kind, Names names) {
        Set<String> old = before.getOrDefault(kind, Map.of()).keySet();
        Set<String> current = now.getOrDefault(kind, Map.of()).keySet();
        Set<String> all = new TreeSet<>(old);
        all.addAll(current);
        all.forEach(name -> names.accept(old.contains(name) ? name : null, current.contains(name) ? name : null));
    }

    private static Map<String, String> table(Map<String, Map<String, Map<String, String>>> facts) {
        return facts(facts, "table", "");
    }

    private static Map<String, String> facts(
            Map<String, Map<String, Map<String, String>>> facts, String kind, String name) {
        return facts(facts.getOrDefault(kind, Map.of()), name);
    }

    private static Map<String, String> facts(Map<String, Map<String, String>> facts, String name) {
        return facts.getOrDefault(name, Map.of());
    }

    /** Receives a name twice, or null where it is absent. */
    private interface Names {
        void accept(@Nullable String was, @Nullable String is);
    }

    private static Map<String, Map<String, Map<String, String>>> byKindAndName(List<ShapeFact> facts) {
        Map<String, Map<String, Map<String, String>>> byKind = new TreeMap<>();
        facts.forEach(fact -> byKind.computeIfAbsent(fact.kind(), kind -> new TreeMap<>())
                .computeIfAbsent(fact.name(), name -> new TreeMap<>())
                .put(fact.property(), fact.value()));
        return byKind;
    }

    private static List<String> list(String json) {
        try {
            return List.of(new JsonMapper().readValue(json, String[].class));
        } catch (JsonProcessingException ignored) {
            // An earlier release stored no more than the beginning of the list.
            return List.of(json);
        }
    }
}
