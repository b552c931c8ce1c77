package org.dtssync.app.sequences;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.sequences.Sequence.Definition;
import org.dtssync.app.sequences.Sequence.Owner;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.ReadOnlyDefault;
import org.dtssync.connectors.postgres.TableName;

/**
 * Finds what would be wrong with sequences after applications were moved, with the SQL that corrects it. Stateless.
 *
 * @param from the database whose values count
 * @param to the database that applications are moved to
 * @param owners whether owners and grants are migrated
 * @param closed whether the latter is read-only for a person's session until that says otherwise
 */
public record SequenceCheck(End from, End to, Owners owners, boolean closed) {

    private static final int NAMED = 5;

    /** Returns what is wrong. */
    public List<SequenceFinding> findings(TaskSequences.Survey survey) {
        List<SequenceFinding> findings = new ArrayList<>();
        survey.pairs().forEach(pair -> check(pair, findings));
        if (!survey.left().isEmpty()) {
            findings.add(left(survey));
        }
        return findings;
    }

    /** Returns what is wrong with those that belong to the task; others are named, and are no difference. */
    List<SequenceFinding> differences(TaskSequences.Survey survey) {
        List<SequenceFinding> findings = findings(new TaskSequences.Survey(survey.pairs(), List.of()));
        List<SequenceFinding> named = new ArrayList<>(findings);
        if (!survey.left().isEmpty()) {
            SequenceFinding left = left(survey);
            named.add(new SequenceFinding(left.sequence(), false, left.message(), left.remedy()));
        }
        return named;
    }

    /** Returns which would hand out numbers that are in use. */
    List<SequenceFinding> behind(
            List<SequencePair> pairs, Map<TableName, Position> handedOut, Map<TableName, Position> positions) {
        List<SequenceFinding> findings = new ArrayList<>();
        for (SequencePair pair : pairs) {
            Optional<Sequence> other = pair.there();
            Position here = handedOut.get(pair.name());
            Position there = positions.get(pair.name());
            if (other.isPresent()
                    && here != null
                    && there != null
                    && here.isPast(pair.here().definition(), there, other.get().definition())) {
                findings.add(behind(pair.name(), here, there));
            }
        }
        return findings;
    }

    private SequenceFinding behind(TableName name, Position here, Position there) {
        return solved(
                name.toString(),
                "Sequence " + name + " would hand out numbers at the " + to + " that are in use: it is at "
                        + there.last() + " there, at " + here.last() + " at the " + from + ".",
                "at the " + to,
                to,
                opening() + "SELECT setval(" + Identifiers.literal(name.sql()) + ", " + here.last() + ", "
                        + here.called() + ");");
    }

    /** One that SQL solves at an end: "there" if the message has just named it. */
    private static SequenceFinding solved(String sequence, String message, String where, End server, String sql) {
        return new SequenceFinding(sequence, true, message, "Run " + where + ": " + sql, server.label(), sql);
    }

    private String opening() {
        return closed ? ReadOnlyDefault.OFF + " " : "";
    }

    private void check(SequencePair pair, List<SequenceFinding> findings) {
        Sequence here = pair.here();
        String name = here.name().toString();
        if (!here.rights().read()) {
            findings.add(solved(
                    name,
                    "The account " + here.rights().account() + " may not read sequence " + name + " at the " + from
                            + ".",
                    "there",
                    from,
                    "GRANT SELECT ON SEQUENCE " + here.sql() + " TO "
                            + here.rights().account() + ";"));
        }
        if (pair.there().isEmpty()) {
            findings.add(solved(
                    name,
                    "Sequence " + name + " does not exist at the " + to + ".",
                    "there",
                    to,
                    opening() + creation(pair)));
            return;
        }
        Sequence there = pair.there().get();
        differences(here, there, findings);
        ownership(here, there, findings);
        if (!there.rights().set()) {
            findings.add(solved(
                    name,
                    "The account " + there.rights().account() + " may not set sequence " + name + " at the " + to + ".",
                    "there",
                    to,
                    opening() + "GRANT UPDATE ON SEQUENCE " + there.sql() + " TO "
                            + there.rights().account() + ";"));
        }
    }

    private String creation(SequencePair pair) {
        Sequence here = pair.here();
        Optional<Sequence> renamed = pair.ofColumn();
        if (renamed.isPresent()) {
            return renaming(renamed.get(), here);
        }
        Optional<Owner> owner = here.owner();
        String clauses = here.definition().clauses();
        if (owner.isPresent() && owner.get().identity().isPresent()) {
            return "ALTER TABLE " + owner.get().tableSql() + " ALTER COLUMN "
                    + owner.get().columnSql()
                    + " ADD GENERATED " + owner.get().identity().get() + " AS IDENTITY (SEQUENCE NAME " + here.sql()
                    + clauses.substring(clauses.indexOf(" INCREMENT")) + ");";
        }
        String sql = "CREATE SEQUENCE " + here.sql() + " " + clauses + ";"
                + owner.map(column -> " ALTER SEQUENCE " + here.sql() + " OWNED BY " + column.sql() + ";")
                        .orElse("");
        return owners == Owners.KEEP ? sql + "\n" + here.grants().stripTrailing() : sql;
    }

    /** Both belong to the same column, and so both are in its table's schema. */
    private static String renaming(Sequence other, Sequence wanted) {
        return "ALTER SEQUENCE " + other.sql() + " RENAME TO "
                + Identifiers.quote(wanted.name().table()) + ";";
    }

    private void differences(Sequence here, Sequence there, List<SequenceFinding> findings) {
        Definition wanted = here.definition();
        Definition found = there.definition();
        List<String> differences = new ArrayList<>();
        List<String> clauses = new ArrayList<>();
        if (!wanted.type().equals(found.type())) {
            differences.add("type " + found.type() + " / " + wanted.type());
            clauses.add("AS " + wanted.type());
        }
        if (wanted.increment() != found.increment()) {
            differences.add("increment " + found.increment() + " / " + wanted.increment());
            clauses.add("INCREMENT BY " + wanted.increment());
        }
        if (wanted.least() != found.least() || wanted.most() != found.most()) {
            differences.add(
                    "range " + found.least() + " to " + found.most() + " / " + wanted.least() + " to " + wanted.most());
            clauses.add("MINVALUE " + wanted.least() + " MAXVALUE " + wanted.most());
        }
        if (wanted.start() != found.start()) {
            differences.add("start " + found.start() + " / " + wanted.start());
            clauses.add("START WITH " + wanted.start());
        }
        if (wanted.cycles() != found.cycles()) {
            differences.add(found.cycles() ? "cycle / no cycle" : "no cycle / cycle");
            clauses.add(wanted.cycles() ? "CYCLE" : "NO CYCLE");
        }
        if (!differences.isEmpty()) {
            findings.add(solved(
                    here.name().toString(),
                    "Sequence " + here.name() + " differs (" + to + " / " + from + "): "
                            + String.join(", ", differences) + ".",
                    "at the " + to,
                    to,
                    opening() + "ALTER SEQUENCE " + there.sql() + " " + String.join(" ", clauses) + ";"));
        }
    }

    /** Whether a column draws from an identity or from a default makes no difference to its numbers. */
    private void ownership(Sequence here, Sequence there, List<SequenceFinding> findings) {
        if (here.owner().isEmpty()) {
            return;
        }
        Owner wanted = here.owner().get();
        Optional<Owner> found = there.owner();
        if (found.filter(wanted::isColumnOf).isPresent()) {
            return;
        }
        boolean identity =
                wanted.identity().isPresent() || found.flatMap(Owner::identity).isPresent();
        String message = "Sequence " + here.name() + " belongs to "
                + found.map(owner -> "column " + owner.table() + "." + owner.column())
                        .orElse("no column")
                + " at the " + to + ", to column " + wanted.table() + "." + wanted.column() + " at the " + from + ".";
        findings.add(
                identity
                        ? new SequenceFinding(
                                here.name().toString(),
                                true,
                                message,
                                "Make the identity column there as at the " + from + ".")
                        : solved(
                                here.name().toString(),
                                message,
                                "at the " + to,
                                to,
                                opening() + "ALTER SEQUENCE " + there.sql() + " OWNED BY " + wanted.sql() + ";"));
    }

    /** Something selected may draw from them in a way that no catalog records, such as a trigger's function. */
    private SequenceFinding left(TaskSequences.Survey survey) {
        int count = survey.left().size();
        String names = survey.left().stream()
                        .limit(NAMED)
                        .map(sequence -> sequence.name().toString())
                        .collect(Collectors.joining(", "))
                + (count > NAMED ? " and " + (count - NAMED) + " others" : "");
        boolean none = survey.pairs().isEmpty();
        return new SequenceFinding(
                survey.left().get(0).name().toString(),
                none,
                none
                        ? "No sequence would be set, although the " + from + " has some that belong to no table: "
                                + names + "."
                        : "Sequences of the " + from + " that do not belong to the task are not set: " + names + ".",
                "If something selected draws from them, create them at the " + to
                        + " and set them by hand, or select their schema in objects.include.");
    }
}
