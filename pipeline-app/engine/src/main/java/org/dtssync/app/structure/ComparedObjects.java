package org.dtssync.app.structure;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.state.StructureForms.Recorded;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.End;

/**
 * The schema objects of two databases, as the built-in reader has them. Immutable.
 *
 * @param wanted those of the database that is copied, by name
 * @param found those of the other one
 * @param printed compares statements
 * @param sameVersion whether both servers print alike
 */
public record ComparedObjects(
        Map<String, StructureObject> wanted,
        Map<String, StructureObject> found,
        PrintedStatement printed,
        boolean sameVersion) {

    /** What an object has only if its state was changed; all other kinds are objects of their own. */
    private static final Set<String> STATES = Set.of("trigger-state", "row-security");

    private static final Pattern IDENTITY = Pattern.compile("( AS IDENTITY) \\(SEQUENCE NAME [^)]*\\)");

    /** Options of a table, a materialized view or an index; those of a view say who may read what. */
    private static final Pattern STORAGE = Pattern.compile("\\sWITH \\((?!NO DATA)[^)]*=[^)]*\\)");

    /** Changes with what the reader prints of an object: digests of another release say nothing about this one's. */
    private static final String FORMAT = "1:";

    /** Applications work with either form. */
    private static final Set<String> UNNOTICED =
            Set.of("cluster-mark", "comment", "database-setting", "replica-identity", "role-setting", "statistics");

    /**
     * An object that both databases have in different forms.
     *
     * @param name its name in the task
     * @param certain whether one of both is known to have changed so that applications may notice it; otherwise only the printing may differ
     * @param correction statements that make the second database's like the first's; empty if none do
     */
    public record Change(String name, boolean certain, String correction) {}

    /** Copies the maps. */
    public ComparedObjects {
        wanted = Map.copyOf(wanted);
        found = Map.copyOf(found);
    }

    /** Returns every difference, by name. */
    public List<StructureDifference> differences() {
        List<StructureDifference> differences = new ArrayList<>();
        for (String name : names()) {
            StructureObject here = wanted.get(name);
            StructureObject there = found.get(name);
            if (there == null) {
                differences.add(new StructureDifference(name, StructureDifference.Kind.MISSING));
            } else if (here == null) {
                differences.add(new StructureDifference(name, StructureDifference.Kind.EXTRA));
            } else if (!printed.equal(here, there)) {
                differences.add(new StructureDifference(name, StructureDifference.Kind.CHANGED));
            }
        }
        return differences;
    }

    /** Returns the names of all objects, in order. */
    Set<String> names() {
        Set<String> names = new TreeSet<>(wanted.keySet());
        names.addAll(found.keySet());
        return names;
    }

    /**
     * Returns what both databases have in different forms, apart from privileges and from what applications do not notice.
     *
     * @param recorded what the objects were when the task had made them
     * @param from the database that is copied
     * @param existing what the task did with objects that it found: where it kept them, a function of which no record is may have had another
     *     body from the beginning
     */
    public List<Change> changes(Recorded recorded, End from, Existing existing) {
        Map<String, String> before = comparable(recorded.of(from));
        Map<String, String> made = comparable(recorded.of(from == End.SOURCE ? End.DESTINATION : End.SOURCE));
        List<Change> changes = new ArrayList<>();
        for (String name : names()) {
            StructureObject here = wanted.get(name);
            StructureObject there = found.get(name);
            if (here == null && there != null && STATES.contains(there.kind())) {
                boolean kept = digest(there).equals(made.get(name)) && !before.containsKey(name);
                if (!kept) {
                    changes.add(new Change(name, !made.isEmpty(), CorrectingStatements.undone(there)));
                }
            } else if (here != null && there != null && !printed.equal(comparable(here), comparable(there))) {
                boolean hereChanged = !digest(here).equals(before.get(name));
                boolean thereChanged = !digest(there).equals(made.get(name));
                boolean known = before.containsKey(name) && made.containsKey(name);
                if (!known || hereChanged || thereChanged) {
                    boolean written = !CorrectingStatements.body(here).equals(CorrectingStatements.body(there))
                            && (known || existing == Existing.FAIL);
                    boolean certain = written
                            || (known
                                    ? sameVersion || hereChanged != thereChanged
                                    : sameVersion && !before.isEmpty() && !made.isEmpty());
                    changes.add(new Change(
                            name,
                            certain && !UNNOTICED.contains(here.kind()),
                            CorrectingStatements.changed(here, there)));
                }
            }
        }
        return changes;
    }

    /** Returns the statements that make an object of the first database at the second one, if it has one of this name. */
    public Optional<String> creation(String name) {
        return Optional.ofNullable(wanted.get(name)).map(object -> CorrectingStatements.end(object.statement()));
    }

    /** Returns digests of objects, by name, as they are recorded. */
    static Map<String, String> digests(Map<String, StructureObject> objects) {
        Map<String, String> digests = new LinkedHashMap<>();
        objects.forEach((name, object) -> digests.put(name, digest(object)));
        return digests;
    }

    private static Map<String, String> comparable(Map<String, String> digests) {
        return digests.entrySet().stream()
                .filter(entry -> entry.getValue().startsWith(FORMAT))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Returns an object without what applications do not notice, and without the sequences of identity columns, which are compared by themselves. */
    private static StructureObject comparable(StructureObject object) {
        StructureObject plain = CorrectingStatements.noticed(object);
        return new StructureObject(
                plain.ordinal(),
                plain.name(),
                plain.kind(),
                plain.section(),
                plain.tables(),
                plain.kind().equals("view")
                        ? plain.statement()
                        : STORAGE.matcher(IDENTITY.matcher(plain.statement()).replaceAll("$1"))
                                .replaceFirst(""));
    }

    /** A server quotes all names once some object has a name that is a keyword elsewhere. */
    private static String digest(StructureObject object) {
        try {
            byte[] text =
                    PrintedStatement.unquoted(comparable(object).statement()).getBytes(StandardCharsets.UTF_8);
            return FORMAT
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }
}
