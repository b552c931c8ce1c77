package org.dtssync.app.catalog;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One table's shape from its fingerprint, as far as row changes depend on it. Immutable.
 *
 * @param oid the table's object identifier, as text
 * @param files a digest of the files the rows are in; it changes with every rewrite
 * @param key the key's columns as the catalog prints them; empty if there is none
 * @param columns the columns by name
 * @param partitions each partition's bound by its name
 */
public record TableShape(
        String oid, String files, Optional<String> key, Map<String, Column> columns, Map<String, String> partitions) {

    /**
     * One column.
     *
     * @param number its number, which stays when it is renamed
     * @param type its type with modifiers
     * @param typeName its type's bare name
     * @param generated whether its values are computed, and therefore not replicated
     * @param notNull whether it is NOT NULL
     * @param preset its default as PostgreSQL prints it, or the kind of identity column; empty if neither
     * @param missing what rows from before it have in it; empty for NULL
     * @param altered changes when the column is altered
     */
    public record Column(
            int number,
            String type,
            String typeName,
            boolean generated,
            boolean notNull,
            Optional<String> preset,
            Optional<String> missing,
            String altered) {}

    /** Reads a fingerprint. */
    public static TableShape parse(String fingerprint) {
        Map<String, String> table = new TreeMap<>();
        Map<String, Map<String, String>> columns = new TreeMap<>();
        Map<String, String> partitions = new TreeMap<>();
        for (ShapeFact fact : ShapeFact.parse(fingerprint)) {
            switch (fact.kind()) {
                case "table" -> table.put(fact.property(), fact.value());
                case "column" ->
                    columns.computeIfAbsent(fact.name(), name -> new TreeMap<>())
                            .put(fact.property(), fact.value());
                case "partition" -> {
                    if (fact.property().equals("bound")) {
                        partitions.put(fact.name(), fact.value());
                    }
                }
                default -> {
                    // User types are compared as text elsewhere; no row depends on them here.
                }
            }
        }
        Map<String, Column> byName = new TreeMap<>();
        columns.forEach((name, facts) -> byName.put(name, column(facts)));
        return new TableShape(
                required(table, "oid"),
                table.getOrDefault("files", ""),
                Optional.ofNullable(table.get("key")),
                byName,
                partitions);
    }

    private static Column column(Map<String, String> facts) {
        return new Column(
                Integer.parseInt(required(facts, "number")),
                required(facts, "type"),
                facts.getOrDefault("type name", required(facts, "type")),
                facts.containsKey("generated"),
                facts.containsKey("not null"),
                Optional.ofNullable(facts.getOrDefault("default", facts.get("identity"))),
                Optional.ofNullable(facts.get("missing")),
                facts.getOrDefault("altered", ""));
    }

    private static String required(Map<String, String> facts, String property) {
        String value = facts.get(property);
        if (value == null) {
            throw new IllegalArgumentException("A recorded structure has no " + property);
        }
        return value;
    }

    /** Returns a column that the table has. */
    public Column column(String name) {
        return Objects.requireNonNull(columns.get(name), () -> "The table has no column " + name);
    }

    /** Returns the names of the replicated columns, in table order. */
    public List<String> carried() {
        return columns.entrySet().stream()
                .filter(column -> !column.getValue().generated())
                .sorted(Comparator.comparingInt(column -> column.getValue().number()))
                .map(Map.Entry::getKey)
                .toList();
    }
}
