package org.dtssync.app.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.base.BaseColumn;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.catalog.ShapeStep;
import org.dtssync.app.catalog.TableShape;
import org.dtssync.app.state.FollowedTable;
import org.dtssync.app.state.RecordedShape;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;

/**
 * What a table of a base has become since, as the task accepted it: its columns, and what rows from before have in them. Records alone
 * do not say whether a column was renamed, nor what the rows that no change touched have in a new one. Immutable.
 */
public final class LaterShape {

    private static final Set<String> IDENTITIES = Set.of("ALWAYS", "BY DEFAULT");

    private final BaseTable base;
    private final RecordedShape recorded;
    private final ShapeStep step;
    private final Optional<String> obstacle;

    private LaterShape(BaseTable base, RecordedShape recorded, ShapeStep step, Optional<String> obstacle) {
        this.base = base;
        this.recorded = recorded;
        this.step = step;
        this.obstacle = obstacle;
    }

    /**
     * Returns what has become of a table; empty if its rows are still read as those of the base.
     *
     * @param at the position of the base
     */
    static Optional<LaterShape> of(BaseTable base, FollowedTable now, Lsn at) {
        RecordedShape recorded = now.shape().orElseThrow();
        if (at.reached(recorded.changedAt())) {
            // Whatever is different is of commands that were carried with the rows, and is in the topics.
            return Optional.empty();
        }
        String before = ShapeFingerprint.completed(base.shape().structure(), recorded.structure());
        if (before.equals(recorded.structure())) {
            return Optional.empty();
        }
        ShapeStep step = new ShapeStep(TableShape.parse(before), TableShape.parse(recorded.structure()));
        Optional<String> obstacle = obstacle(base, recorded, step);
        LaterShape later = new LaterShape(base, recorded, step, obstacle);
        boolean sameColumns = later.columns().stream()
                .map(BaseColumn::name)
                .toList()
                .equals(base.columns().stream().map(BaseColumn::name).toList());
        return sameColumns && obstacle.isEmpty() ? Optional.empty() : Optional.of(later);
    }

    /** Returns why the rows of the base cannot be brought into this shape, in words that follow the table's name. */
    private static Optional<String> obstacle(BaseTable base, RecordedShape recorded, ShapeStep step) {
        // Of an accepted change it was known then that no reload was needed.
        boolean accepted = recorded.applyAfter().equals(base.shape().applyAfter());
        if (!accepted && step.reloadReason().isPresent()) {
            return step.reloadReason();
        }
        Map<String, Optional<String>> names = step.names();
        boolean single = recorded.earlier().equals(Optional.of(base.shape().structure()));
        boolean rewritten = !step.before().files().equals(step.now().files());
        for (Map.Entry<String, Optional<String>> name : names.entrySet()) {
            boolean taken = step.now().columns().containsKey(name.getKey());
            if (taken && !name.getValue().equals(Optional.of(name.getKey()))) {
                return Optional.of("has another column under the name " + name.getKey());
            }
        }
        if (!step.retyped().isEmpty()) {
            return Optional.of("changed the type of its column "
                    + step.retyped().keySet().iterator().next());
        }
        for (Map.Entry<String, Optional<String>> added : step.added().entrySet()) {
            // A rewrite stores the value in each row, and the catalog no longer has it.
            if (!single && rewritten && added.getValue().isEmpty()) {
                return Optional.of("was rewritten after its column " + added.getKey() + " was added");
            }
        }
        boolean dropped = names.values().stream().anyMatch(Optional::isEmpty);
        return dropped && base.keyColumns().orElse(List.of()).isEmpty()
                ? Optional.of("has no key and lost a column")
                : Optional.empty();
    }

    /** Returns the table as the base has it. */
    public BaseTable base() {
        return base;
    }

    /** Returns whether as of a position it is certain that the table has this shape. */
    public boolean isReached(Lsn end) {
        return end.reached(recorded.changedAt());
    }

    /**
     * Requires that the rows of the base can be brought into this shape.
     *
     * @throws SyncException of kind SHAPE_CHANGED if they cannot
     */
    public void require() {
        if (obstacle.isPresent()) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Table " + base.table() + " " + obstacle.get() + " behind the base" + ", before "
                            + recorded.changedAt() + ".",
                    "Replay a base from after the change, or up to before it: dts-sync replay changes shows where that is.");
        }
    }

    /** Returns the columns without generated ones: those of the base in its order, then those that were added. */
    public List<BaseColumn> columns() {
        List<BaseColumn> columns = new ArrayList<>();
        for (BaseColumn column : base.columns()) {
            names().getOrDefault(column.name(), Optional.of(column.name()))
                    .ifPresent(name -> columns.add(column(name)));
        }
        for (String name : step.now().carried()) {
            if (added().containsKey(name)) {
                columns.add(column(name));
            }
        }
        return columns;
    }

    private BaseColumn column(String name) {
        TableShape.Column column = step.now().column(name);
        return new BaseColumn(name, column.type(), column.typeName());
    }

    /** Returns the columns of the base, each with the name it has now; empty for one that no longer exists. */
    public Map<String, Optional<String>> names() {
        return step.names();
    }

    /** Returns the columns that the base does not have, each with what rows from before have in it; empty for NULL. */
    public Map<String, Optional<String>> added() {
        return step.added();
    }

    /** Returns the default of a column as the source prints it; empty if it has none, or is an identity column. */
    public Optional<String> presetOf(String column) {
        return step.now().column(column).preset().filter(preset -> !IDENTITIES.contains(preset));
    }

    /** Returns whether a column is NOT NULL. */
    public boolean isNotNull(String column) {
        return step.now().column(column).notNull();
    }

    /** Returns the key's columns as they are called now. */
    public Optional<List<String>> keyColumns() {
        return base.keyColumns()
                .map(key -> key.stream()
                        .map(column -> names().getOrDefault(column, Optional.of(column))
                                .orElseThrow())
                        .toList());
    }

    /** Returns how the applier reads changes of a table that has this shape already. */
    public RecordedShape recorded() {
        return new RecordedShape(
                recorded.structure(),
                Optional.of(base.shape().structure()),
                recorded.changedAt(),
                base.shape().applyAfter());
    }

    /** Returns the fault of a column that neither the base nor this shape explains. */
    static SyncException unknown(BaseTable table, String column, Optional<LaterShape> later) {
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Table " + table.table() + " changed its column " + column + " behind the base"
                        + (later.isPresent() ? ", and again since." : ", and the task's destination does not say how."),
                "Take a base after the change, or replay up to before it: dts-sync replay changes shows where that is.");
    }
}
