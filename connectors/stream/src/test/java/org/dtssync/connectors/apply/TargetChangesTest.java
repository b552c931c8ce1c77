package org.dtssync.connectors.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.RowShape;
import org.dtssync.connectors.read.TableChange;
import org.dtssync.connectors.read.TableChange.Operation;
import org.junit.jupiter.api.Test;

/** Values of a record land in the target's columns by name, whatever the order on either side. */
class TargetChangesTest {

    private static final DestinationFaults FAULTS = new DestinationFaults(End.DESTINATION);

    private static final TableName NAME = new TableName("public", "t");
    private static final Lsn ACCEPTED = Lsn.parse("0/100");

    private static TargetTable table(List<String> key, String... columns) {
        return new TargetTable(
                NAME,
                false,
                List.of(columns).stream()
                        .map(name -> new TargetColumn(
                                name, "text", TargetColumn.Base.CAST, "=", "", false, false, null, false))
                        .toList(),
                key,
                Optional.empty(),
                Set.of());
    }

    private static RowShape shape(String... columns) {
        return new RowShape(
                NAME,
                List.of(columns).stream()
                        .map(name -> new RowShape.Column(name, Optional.of("text")))
                        .toList());
    }

    private static TableChange insert(RowShape shape, Lsn commit, Object... row) {
        return new TableChange(Operation.INSERT, shape, commit, 1, 7, null, row, null);
    }

    private static Object[] rowOf(Change change) {
        return ((Change.Insert) change).row();
    }

    @Test
    void aRowOfTheSameColumnsIsNotCopied() {
        TargetChanges changes = new TargetChanges(table(List.of("id"), "id", "v"), Optional.empty(), false, FAULTS);
        TableChange change = insert(shape("id", "v"), ACCEPTED, "1", "x");

        assertThat(rowOf(changes.of(change))).isSameAs(change.after());
    }

    @Test
    void columnsInAnotherOrderAreFoundByName() {
        TargetChanges changes = new TargetChanges(table(List.of("id"), "v", "id"), Optional.empty(), false, FAULTS);

        assertThat(rowOf(changes.of(insert(shape("id", "v"), ACCEPTED, "1", TableChange.UNCHANGED))))
                .containsExactly(TableChange.UNCHANGED, "1");
    }

    @Test
    void theEarlierShapeCountsUpToWhereItWasAcceptedOnly() {
        EarlierShape earlier = new EarlierShape(
                ACCEPTED,
                Map.of("id", Optional.of("id"), "old", Optional.of("v"), "gone", Optional.empty()),
                Map.of("more", Optional.of("0")),
                Map.of());
        TargetChanges changes =
                new TargetChanges(table(List.of("id"), "id", "v", "more"), Optional.of(earlier), false, FAULTS);
        RowShape before = shape("id", "old", "gone");
        RowShape after = shape("id", "v", "more");

        assertThat(rowOf(changes.of(insert(before, ACCEPTED, "1", "x", TableChange.UNCHANGED))))
                .containsExactly("1", "x", "0");
        assertThat(rowOf(changes.of(insert(after, Lsn.parse("0/101"), "2", "y", "z"))))
                .containsExactly("2", "y", "z");
        assertThatThrownBy(() -> changes.of(insert(before, Lsn.parse("0/101"), "3", "x", "g")))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("old");
    }

    @Test
    void aColumnOnOneSideOnlyIsAFault() {
        TargetChanges more = new TargetChanges(table(List.of("id"), "id", "v"), Optional.empty(), false, FAULTS);
        assertThatThrownBy(() -> more.of(insert(shape("id"), ACCEPTED, "1")))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("Column v of table public.t exists only at the destination.");
        TargetChanges fewer = new TargetChanges(table(List.of("id"), "id"), Optional.empty(), false, FAULTS);
        assertThatThrownBy(() -> fewer.of(insert(shape("id", "v"), ACCEPTED, "1", "x")))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("Column v of table public.t does not exist at the destination.");
    }

    @Test
    void onlyATableWithoutAKeyNeedsTheRowBeforeAnUpdate() {
        RowShape shape = shape("id", "v");
        TableChange update =
                new TableChange(Operation.UPDATE, shape, ACCEPTED, 1, 7, null, new Object[] {"1", "y"}, null);

        Change keyed = new TargetChanges(table(List.of("id"), "id", "v"), Optional.empty(), false, FAULTS).of(update);
        assertThat(((Change.Update) keyed).before()).isNull();
        assertThatThrownBy(() ->
                        new TargetChanges(table(List.of(), "id", "v"), Optional.empty(), false, FAULTS).of(update))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("without the row before it");
    }

    @Test
    void aLargeValueThatStayedTheSameIsNotWrittenAgainOnceTheDestinationHoldsIt() {
        RowShape shape = shape("id", "v", "w");
        String large = "x".repeat(10_000);
        TargetTable table = table(List.of("id"), "w", "id", "v");

        assertThat(updated(table, true, shape, large)).containsExactly("short", "1", TableChange.UNCHANGED);
        assertThat(updated(table, false, shape, large)).containsExactly("short", "1", large);
        assertThat(updated(table(List.of("id", "v"), "w", "id", "v"), true, shape, large))
                .containsExactly("short", "1", large);
    }

    private static Object[] updated(TargetTable table, boolean exact, RowShape shape, String large) {
        TableChange update = new TableChange(
                Operation.UPDATE,
                shape,
                ACCEPTED,
                1,
                7,
                new Object[] {"1", large, "short"},
                new Object[] {"1", String.valueOf(large.toCharArray()), "short"},
                null);
        return ((Change.Update) new TargetChanges(table, Optional.empty(), exact, FAULTS).of(update)).row();
    }

    @Test
    void aFaultSaysWhichTableHasOtherColumns() {
        TargetChanges changes = new TargetChanges(table(List.of("id"), "id", "v"), Optional.empty(), false, FAULTS);

        for (RowShape other : List.of(shape("id", "v", "more"), shape("id"))) {
            SyncException fault =
                    catchThrowableOfType(SyncException.class, () -> changes.of(insert(other, ACCEPTED, new Object[3])));
            assertThat(fault.kind()).isEqualTo(FaultKind.SHAPE_CHANGED);
            assertThat(DestinationFaults.otherColumns(fault)).contains(NAME);
        }
        assertThat(DestinationFaults.otherColumns(FAULTS.missing(NAME))).isEmpty();
    }
}
