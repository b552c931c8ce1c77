package org.dtssync.app.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.base.BaseColumn;
import org.dtssync.app.base.BaseDirectory;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.base.CopyLine;
import org.dtssync.app.base.DatabaseRows;
import org.dtssync.app.base.RowDigest;
import org.dtssync.app.config.TaskFile;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Computes what tables were as of a moment from a base and the changes since, without a database. Immutable; thread-safe.
 *
 * @param file the task file, with embedded servers resolved to their addresses
 * @param directory the base
 */
public record StateReplay(TaskFile file, BaseDirectory directory) {

    /**
     * Passes on the rows of one table.
     *
     * @param masks patterns {@code schema.table.column} of columns whose values are not passed on
     * @return how many there are
     * @throws SyncException if base and topics do not have them
     * @throws IOException if the sink takes no more, or a file cannot be read
     * @throws InterruptedException if the thread was interrupted
     */
    public long table(TableName name, Moment asOf, List<String> masks, StateSink sink)
            throws IOException, InterruptedException {
        return masks.isEmpty()
                ? table(name, asOf, sink)
                : table(name, asOf, new MaskedTable(new ColumnMasks(masks), name, sink));
    }

    private long table(TableName name, Moment asOf, StateSink sink) throws IOException, InterruptedException {
        BaseManifest manifest = directory.unaltered();
        StateHistory history = StateHistory.of(file, manifest, asOf);
        Set<TableName> lineage = history.commands().lineage(manifest, name);
        boolean commands = !history.commands().commands().isEmpty();
        StateTables tables = new StateTables(
                directory, manifest, file.objects(), later(manifest, history), commands, lineage::contains);
        if (!commands) {
            requireTable(tables, manifest, name);
        }
        history.read(lineage::contains, tables);
        TableRows rows = requireTable(tables, manifest, name);
        boolean inLater = rows.isLater(history.end());
        sink.columns(rows.columns(inLater).stream().map(BaseColumn::name).toList());
        Counted counted = new Counted(sink);
        rows.forEach(inLater, counted);
        sink.end();
        return counted.rows;
    }

    private static TableRows requireTable(StateTables tables, BaseManifest manifest, TableName name) {
        return tables.of(name)
                .orElseThrow(() -> new SyncException(
                        FaultKind.USAGE,
                        manifest.table(name).isPresent()
                                ? "Table " + name + " was dropped or renamed before that moment."
                                : "The base does not have table " + name + ", nor was it made before that moment.",
                        "There are: "
                                + String.join(
                                        ", ",
                                        tables.known().stream()
                                                .map(TableName::toString)
                                                .sorted()
                                                .limit(20)
                                                .toList())));
    }

    /** Of a table that commands change, what the task has recorded is of another moment. */
    private LaterShapes later(BaseManifest manifest, StateHistory history) {
        return LaterShapes.read(file, manifest).without(history.commanded());
    }

    /** Passes on rows as fields. */
    private static final class Counted implements TableRows.Sink {

        private final StateSink sink;
        private long rows;

        Counted(StateSink sink) {
            this.sink = sink;
        }

        @Override
        public void unchanged(byte[] line, int length) throws IOException {
            changed(CopyLine.fields(line, length));
        }

        @Override
        public void changed(@Nullable String[] fields) throws IOException {
            rows++;
            sink.row(fields);
        }
    }

    /**
     * Compares every table with a database.
     *
     * @param asOf {@code latest} means as of where the database says that it is
     * @throws SyncException if base and topics do not have the rows, or the database is as of another moment
     * @throws IOException if a file cannot be read
     * @throws InterruptedException if the thread was interrupted
     */
    public StateComparison compare(DatabaseConnections database, Moment asOf) throws IOException, InterruptedException {
        BaseManifest manifest = directory.unaltered();
        List<TableName> names = manifest.tables().stream().map(BaseTable::table).toList();
        try (DatabaseRows other = DatabaseRows.open(database, file.name(), names)) {
            Optional<Lsn> position = other.position();
            Moment moment =
                    asOf instanceof Moment.Latest && position.isPresent() ? new Moment.AtLsn(position.get()) : asOf;
            StateHistory history;
            try {
                history = StateHistory.of(file, manifest, moment);
            } catch (SyncException e) {
                if (e.kind() != FaultKind.TOPIC) {
                    throw e;
                }
                return new StateComparison(
                        file.name(),
                        manifest.cut(),
                        directory.manifestDigest(),
                        manifest.cut().lsn(),
                        List.of(),
                        Optional.of(e.getMessage()));
            }
            if (position.isPresent() && !position.get().equals(history.end())) {
                throw new SyncException(
                        FaultKind.USAGE,
                        "The database is as of " + position.get() + ", not of " + history.end() + ".",
                        "Compare it as of where it is: --as-of latest");
            }
            LaterShapes later = later(manifest, history);
            boolean commands = !history.commands().commands().isEmpty();
            StateTables tables = new StateTables(directory, manifest, file.objects(), later, commands, name -> true);
            history.read(name -> true, tables);
            other.look(tables.names());
            List<StateComparison.Table> compared = new ArrayList<>();
            List<String> lost = new ArrayList<>();
            for (TableName table : tables.names()) {
                TableRows state = tables.take(table);
                if (state.lost().isPresent()) {
                    lost.add(state.lost().get());
                    continue;
                }
                boolean inLater = state.isLater(history.end()) || isAltered(other, state.table(), later);
                Optional<RowDigest> found = other.digest(table, state.columns(inLater));
                compared.add(compare(table, digest(state, inLater), found));
            }
            return new StateComparison(
                    file.name(),
                    manifest.cut(),
                    directory.manifestDigest(),
                    history.end(),
                    compared,
                    lost.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", lost)));
        }
    }

    /** A database gets an accepted change before the stream reaches it. */
    private static boolean isAltered(DatabaseRows other, BaseTable table, LaterShapes later) {
        return !other.has(table.table(), table.columns())
                && later.of(table.table())
                        .filter(shape -> other.has(table.table(), shape.columns()))
                        .isPresent();
    }

    private static StateComparison.Table compare(TableName table, RowDigest computed, Optional<RowDigest> found) {
        boolean equal = found.isPresent()
                && found.get().rows() == computed.rows()
                && found.get().text().equals(computed.text());
        return new StateComparison.Table(table, computed.rows(), found.map(RowDigest::rows), computed.text(), equal);
    }

    private static RowDigest digest(TableRows rows, boolean inLater) throws IOException, InterruptedException {
        RowDigest digest = new RowDigest();
        rows.forEach(inLater, new TableRows.Sink() {
            @Override
            public void unchanged(byte[] line, int length) {
                digest.add(line, length);
            }

            @Override
            public void changed(@Nullable String[] fields) {
                byte[] line = CopyLine.of(fields);
                digest.add(line, line.length);
            }
        });
        return digest;
    }
}
