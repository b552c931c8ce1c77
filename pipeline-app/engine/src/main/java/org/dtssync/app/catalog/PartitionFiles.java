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
 * and so does whatever rewrites it. Stateless.
 */
public final class PartitionFiles {

    private static final String PARTITION = "partition";
    private static final String FILES = FactComparison.FILES;
    private static final String OBJECT = FactComparison.OBJECT;

    /** What has to be alike for a partition to hold the same rows at both ends. */
    private static final Set<String> PLACE = Set.of("parent", "bound", "partition key");

    private PartitionFiles() {}

    /**
     * A partition that has rows of its own.
     *
     * @param oid its object identifier, as text
     * @param name its name as SQL prints it, quoted and with its schema
     */
    public record Partition(String oid, String name) {}

    /** Returns the partitions whose file is another one than was recorded, and those of which none was recorded. */
    public static List<Partition> replaced(String recorded, String now) {
        Map<String, Map<String, String>> before = partitions(recorded);
        List<Partition> replaced = new ArrayList<>();
        partitions(now).forEach((name, facts) -> {
            String file = facts.get(FILES);
            if (file != null && !file.equals(before.getOrDefault(name, Map.of()).get(FILES))) {
                replaced.add(new Partition(facts.get(OBJECT), name));
            }
        });
        return replaced;
    }

    /**
     * Returns a fingerprint with the files that another one has of the same partitions, and no others. So what was not compared
     * yet is not forgotten when a change of the structure is accepted, and a partition that is new is compared.
     */
    public static String withFilesOf(String fingerprint, String other) {
        Map<String, Map<String, String>> files = partitions(other);
        List<StructureFact> facts = new ArrayList<>(StructureFact.parse(fingerprint).stream()
                .filter(fact -> !isFile(fact))
                .toList());
        partitions(fingerprint).forEach((name, own) -> {
            Map<String, String> others = files.getOrDefault(name, Map.of());
            if (others.containsKey(FILES) && Objects.equals(others.get(OBJECT), own.get(OBJECT))) {
                facts.add(new StructureFact(PARTITION, name, FILES, others.get(FILES)));
            }
        });
        return StructureFact.print(facts);
    }

    /** Returns whether a partition of that name takes the same rows of the table by both fingerprints. */
    public static boolean hasSamePlace(String name, String one, String other) {
        return isWhole(name, one)
                && isWhole(name, other)
                && PLACE.stream()
                        .allMatch(property -> Objects.equals(
                                partitions(one).get(name).get(property),
                                partitions(other).get(name).get(property)))
                && tableKey(one).equals(tableKey(other));
    }

    private static boolean isWhole(String name, String fingerprint) {
        return partitions(fingerprint).containsKey(name);
    }

    /** By what the root is partitioned; a partition below another one is looked at together with its parent's name. */
    private static Optional<String> tableKey(String fingerprint) {
        return StructureFact.parse(fingerprint).stream()
                .filter(fact -> fact.kind().equals("table") && fact.property().equals("partition key"))
                .map(StructureFact::value)
                .findFirst();
    }

    private static boolean isFile(StructureFact fact) {
        return fact.kind().equals(PARTITION) && fact.property().equals(FILES);
    }

    private static Map<String, Map<String, String>> partitions(String fingerprint) {
        Map<String, Map<String, String>> partitions = new HashMap<>();
        for (StructureFact fact : StructureFact.parse(fingerprint)) {
            if (fact.kind().equals(PARTITION)) {
                partitions.computeIfAbsent(fact.name(), name -> new HashMap<>()).put(fact.property(), fact.value());
            }
        }
        return partitions;
    }
}
