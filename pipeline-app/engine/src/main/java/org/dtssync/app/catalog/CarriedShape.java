package org.dtssync.app.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Recorded shapes after a command that was carried: what the command's event recorded takes the place of what was known before. What it
 * does not have (files, partitions, types) stays, until the watch of the structure has read it. Stateless.
 */
public final class CarriedShape {

    private static final String TABLE = "table";
    private static final String COLUMN = "column";
    private static final String PARTITION = "partition";

    private CarriedShape() {}

    /**
     * Returns a table's shape.
     *
     * @param before its recorded shape; empty if it is new
     * @param table facts of the table, by property
     * @param columns facts of each column, by property
     */
    public static String of(
            Optional<String> before, Map<String, String> table, Map<String, Map<String, String>> columns) {
        List<ShapeFact> facts = new ArrayList<>();
        table.forEach((property, value) -> facts.add(new ShapeFact(TABLE, "", property, value)));
        columns.forEach((name, own) ->
                own.forEach((property, value) -> facts.add(new ShapeFact(COLUMN, name, property, value))));
        before.map(ShapeFact::parse).orElse(List.of()).stream()
                .filter(fact -> stays(fact, columns))
                .forEach(facts::add);
        return ShapeFact.print(facts);
    }

    private static boolean stays(ShapeFact fact, Map<String, Map<String, String>> columns) {
        return switch (fact.kind()) {
            case TABLE ->
                fact.property().equals(FactComparison.FILES) || fact.property().equals("replica identity");
            case COLUMN -> fact.property().equals("altered") && columns.containsKey(fact.name());
            default -> true;
        };
    }

    /**
     * Returns a table's shape with a partition.
     *
     * @param name the partition's name
     * @param partition facts of it, by property
     */
    public static String withPartition(String shape, String name, Map<String, String> partition) {
        List<ShapeFact> facts =
                new ArrayList<>(ShapeFact.parse(without(shape, partition.getOrDefault(FactComparison.OBJECT, ""))));
        partition.forEach((property, value) -> facts.add(new ShapeFact(PARTITION, name, property, value)));
        return ShapeFact.print(facts);
    }

    /** Returns a table's shape without a partition, which was dropped or detached. */
    public static String without(String shape, String partition) {
        List<ShapeFact> facts = ShapeFact.parse(shape);
        List<String> gone = facts.stream()
                .filter(fact -> fact.kind().equals(PARTITION)
                        && fact.property().equals(FactComparison.OBJECT)
                        && fact.value().equals(partition))
                .map(ShapeFact::name)
                .toList();
        return ShapeFact.print(facts.stream()
                .filter(fact -> !fact.kind().equals(PARTITION) || !gone.contains(fact.name()))
                .toList());
    }

    /** Returns a text that shapes contain which have a table or partition with this object identifier. */
    public static String holding(String object) {
        return ",\"" + FactComparison.OBJECT + "\",\"" + object + "\"]";
    }
}
