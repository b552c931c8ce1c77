package org.dtssync.app.verify;

import java.util.List;
import org.dtssync.app.sequences.SequenceFinding;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * The result of a verification.
 *
 * @param lsn the source's position that the destination had applied before the first row was read
 * @param tables one result per table, in the order of their names
 * @param differences the differences, a limited number for each table
 * @param sequences what is wrong with sequences
 * @param notCompared tables whose rows no stream contains: they follow at the load and at each switch alone
 */
public record VerifyReport(
        Lsn lsn,
        List<TableResult> tables,
        List<Difference> differences,
        List<SequenceFinding> sequences,
        List<TableName> notCompared) {

    /** Copies the lists. */
    public VerifyReport {
        tables = List.copyOf(tables);
        differences = List.copyOf(differences);
        sequences = List.copyOf(sequences);
        notCompared = List.copyOf(notCompared);
    }

    /** Creates the result of a task all of whose tables are compared. */
    public VerifyReport(
            Lsn lsn, List<TableResult> tables, List<Difference> differences, List<SequenceFinding> sequences) {
        this(lsn, tables, differences, sequences, List.of());
    }

    /** Creates the result of rows alone. */
    public VerifyReport(Lsn lsn, List<TableResult> tables, List<Difference> differences) {
        this(lsn, tables, differences, List.of());
    }

    /** Returns the same result with what is wrong with sequences. */
    public VerifyReport with(List<SequenceFinding> findings) {
        return new VerifyReport(lsn, tables, differences, findings, notCompared);
    }

    /** Returns the same result with the tables that were not compared. */
    public VerifyReport without(List<TableName> others) {
        return new VerifyReport(lsn, tables, differences, sequences, others);
    }

    /** Returns whether every table is equal. */
    public boolean equal() {
        return tables.stream().allMatch(TableResult::equal);
    }

    /** Returns whether every table is equal and every sequence would hand out fresh numbers. */
    public boolean clean() {
        return equal() && wrongSequences() == 0;
    }

    /** Returns how many sequences are missing or would hand out wrong numbers. */
    public long wrongSequences() {
        return sequences.stream()
                .filter(SequenceFinding::blocking)
                .map(SequenceFinding::sequence)
                .distinct()
                .count();
    }
}
