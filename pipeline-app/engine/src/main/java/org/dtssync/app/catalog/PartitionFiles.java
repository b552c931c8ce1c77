package org.dtssync.app.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which files the rows of a table's partitions were in when its fingerprint was taken. TRUNCATE gives a partition a new file,
 * and so does every rewrite. Stateless.
 */
public final class PartitionFiles {

    private static final String PARTITION = "partition";
    private static final String FILES = FactComparison.FILES;
    private static final String OBJECT = FactComparison.OBJECT;

    /** What must be equal for a partition to hold the same rows at both ends. */
    private static final Set<String> PLACE = Set.of("parent", "bound", "partition key");

    private PartitionFiles() {}

    /**
     * A partition that stores rows.
     *
     * @param oid its object identifier, as text
     * @param name its name as SQL prints it, quoted and with its schema
     */
    public record Partition(String oid, String name) {}

    /** Returns the partitions whose file differs from the recorded one, and those without a recorded one. */
    public static List<Partition> replaced(String recorded, String now) {
        Map<String, Map<String, String>> before = partitions(recorded);
        List<Partition> replaced = new ArrayList<>();
        partitions(now).forEach((name, facts) -> {
            String file = facts.get(FILES);
            if (file != null && !file.equals(before.getOrDefault(name, Map.of()).get(FILES))) {
                replaced.add(new Partition(
                        Objects.requireNonNull(facts.get(OBJECT), "It is recorded with the file."), name));
            }
        });
        return replaced;
    }

    /**
     * Returns a fingerprint with only the files that another one has of the same partitions. So a partition that was not compared
     * yet is not forgotten when a schema change is accepted, and a new partition is compared.
     */
    public static String withFilesOf(String fingerprint, String other) {
        Map<String, Map<String, String>> files = partitions(other);
        List<ShapeFact> facts = new ArrayList<>(ShapeFact.parse(fingerprint).stream()
                .filter(fact -> !isFile(fact))
                .toList());
        partitions(fingerprint).forEach((name, own) -> {
            Map<String, String> others = files.getOrDefault(name, Map.of());
            if (others.containsKey(FILES) && Objects.equals(others.get(OBJECT), own.get(OBJECT))) {
                facts.add(new ShapeFact(PARTITION, name, FILES, others.get(FILES)));
            }
        });
        return ShapeFact.print(facts);
    }

    /** Returns whether a partition of that name takes the same rows of the table by both fingerprints. */
    public static boolean hasSamePlace(String name, String one, String other) {
        return isWhole(name, one)
                && isWhole(name, other)
                && PLACE.stream()
                        .allMatch(property -> Objects.equals(
                                partitions(one).getOrDefault(name, Map.of()).get(property),
                                partitions(other).getOrDefault(name, Map.of()).get(property)))
                && tableKey(one).equals(tableKey(other));
    }

    private static boolean isWhole(String name, String fingerprint) {
        return partitions(fingerprint).containsKey(name);
    }

    /** The root's partition key; a nested partition is considered together with its parent's name. */
    private static Optional<String> tableKey(String fingerprint) {
        return ShapeFact.parse(fingerprint).stream()
                .filter(fact -> fact.kind().equals("table") && fact.property().equals("partition key"))
                .map(ShapeFact::value)
                .findFirst();
    }

    private static boolean isFile(ShapeFact fact) {
        return fact.kind().equals(PARTITION) && fact.property().equals(FILES);
    }

    private static Map<String, Map<String, String>> partitions(String fingerprint) {
        Map<String, Map<String, String>> partitions = new HashMap<>();
        for (ShapeFact fact : ShapeFact.parse(fingerprint)) {
            if (fact.kind().equals(PARTITION)) {
                partitions.computeIfAbsent(fact.name(), name -> new HashMap<>()).put(fact.property(), fact.value());
            }
        }
        return partitions;
    }
}
