package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.dtssync.app.catalog.TableShape;
import org.dtssync.app.ddl.CarriedDdl;
import org.dtssync.app.ddl.CarriedDdl.How;
import org.dtssync.app.ddl.CommandTable;
import org.dtssync.app.ddl.InterimKeys;
import org.dtssync.app.ddl.LoadStage;
import org.dtssync.app.ddl.RecordedCommand;
import org.dtssync.app.state.CarriedShapes.Known;
import org.dtssync.app.state.DdlCommand;
import org.dtssync.app.state.DdlCommandStore;
import org.dtssync.app.state.DdlDecision;
import org.dtssync.app.state.DdlNumber;
import org.dtssync.app.state.DeferredIndexStore;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.apply.CarriedCommands;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.DdlMode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The commands of one source transaction, run among its rows. Not thread-safe. */
final class CommandTransaction implements CarriedCommands.Transaction {

    private static final Logger LOG = LoggerFactory.getLogger(CommandTransaction.class);

    /** A foreign key refers to the table, it is used in this transaction, or the account may delete alone. */
    private static final Set<String> UNTRUNCATED = Set.of("0A000", "55006", "42501");

    private final Connection connection;
    private final Lsn commit;
    private final CarriedDdl carried;
    private final CarriedStructure structure;
    private final DdlCommandStore store;
    private final Rules rules;
    private final IndexDeferral indexes;

    /** The command that is running; null between two. */
    private @Nullable DdlCommand running;

    /**
     * What holds for every transaction.
     *
     * @param mode what the task does about commands
     * @param epoch the right to write the state
     * @param stage how much of the structure the destination has
     * @param structure commands that committed up to here are in the schema objects as they were read for the load
     * @param held takes the command that a person has to allow
     * @param ahead takes the object identifier of a table whose rows are behind the command that they make fail: its name may be one that
     *     the transaction has given it
     * @param indexes what holds for indexes that are built later
     */
    record Rules(
            DdlMode mode,
            Epoch epoch,
            LoadStage stage,
            Lsn structure,
            AtomicReference<@Nullable DdlCommand> held,
            AtomicReference<@Nullable String> ahead,
            IndexDeferral.Rules indexes) {

        boolean exact() {
            return stage == LoadStage.WHOLE;
        }
    }

    CommandTransaction(
            Connection connection,
            Lsn commit,
            CarriedDdl carried,
            CarriedStructure structure,
            DdlCommandStore store,
            DeferredIndexStore waiting,
            Rules rules) {
        this.connection = connection;
        this.commit = commit;
        this.carried = carried;
        this.structure = structure;
        this.store = store;
        this.rules = rules;
        this.indexes = new IndexDeferral(connection, commit, carried, structure, waiting, rules.indexes());
    }

    @Override
    public CarriedCommands.Effect run(Map<String, @Nullable String> row) throws SQLException {
        RecordedCommand command = RecordedCommand.of(row);
        carried.note(command);
        if (rules.structure().reached(commit)) {
            if (command.isCommand()) {
                store.done(connection, described(command), "");
            }
            return new CarriedCommands.Effect(structure.pass(connection, command), Optional.empty());
        }
        if (command.event().equals("images")) {
            return images(command);
        }
        if (!command.isCommand()) {
            return command.dropsOwned() ? dropOwned(command) : CarriedCommands.Effect.NONE;
        }
        List<Known> concerned = structure.concerned(connection, command);
        if (!concerned.isEmpty() && concerned.stream().allMatch(this::isNewer)) {
            DdlNumber number = new DdlNumber(commit, carried.ordinal());
            LOG.info("A command is skipped: its tables are newer. number={}", number);
            store.leftOut(connection, number, "its tables are newer");
            return CarriedCommands.Effect.NONE;
        }
        if (carried.isSentUnderEarlierNames(command) && structure.isNewerUnderItsNames(connection, command, commit)) {
            store.leftOut(connection, new DdlNumber(commit, carried.ordinal()), "its tables are newer");
            return new CarriedCommands.Effect(structure.leaveEarlierNames(connection, command), Optional.empty());
        }
        requireNames(command, concerned);
        carry(command);
        keepKeys(command);
        return new CarriedCommands.Effect(structure.record(connection, command), Optional.empty());
    }

    /** The tables leave the task with the row that names them; the command, which is next, drops them. */
    private CarriedCommands.Effect dropOwned(RecordedCommand dropped) throws SQLException {
        List<Known> concerned = structure.concerned(connection, dropped);
        if (concerned.stream().allMatch(this::isNewer)) {
            return CarriedCommands.Effect.NONE;
        }
        return new CarriedCommands.Effect(structure.record(connection, dropped), Optional.empty());
    }

    private boolean isNewer(Known table) {
        return table.newerThan().reached(commit);
    }

    /** Rows behind the command would not be recognized, and be missing at the destination. */
    private void requireNames(RecordedCommand command, List<Known> concerned) {
        if (concerned.isEmpty() || !carried.isSentUnderEarlierNames(command)) {
            return;
        }
        String tables = command.tables().stream()
                .filter(table -> table.root().isEmpty() && carried.isSelected(table))
                .map(table -> table.name().toString())
                .collect(Collectors.joining(" --resnapshot "));
        throw new SyncException(
                FaultKind.SHAPE_CHANGED,
                "A schema was renamed (" + shortened(carried.text(command))
                        + "), and PostgreSQL before version 16 continues to send the rows of its tables under the earlier name.",
                "Rename it at the " + structure.follower() + " too and run with --resnapshot " + tables + ".");
    }

    private DdlCommand described(RecordedCommand command) {
        return new DdlCommand(
                new DdlNumber(commit, carried.ordinal()),
                command.tag(),
                carried.text(command),
                command.role(),
                command.objectNames());
    }

    private void carry(RecordedCommand command) throws SQLException {
        DdlCommand described = described(command);
        indexes.before(command);
        running = described;
        DdlDecision decision = begin(described);
        if (decision.skipped()) {
            store.passed(connection, described.number());
            LOG.warn("A command is left out. number={} tag={}", described.number(), described.tag());
        } else {
            Set<String> known = known(command);
            long begin = System.nanoTime();
            CarriedDdl.Outcome outcome = deferred(command, described, decision);
            if (outcome == null) {
                outcome = run(command, known, decision);
            }
            boolean run = outcome.how() == How.TEXT || outcome.how() == How.STATE || outcome.how() == How.DEFERRED;
            if (outcome.how() == How.LATER) {
                store.later(connection, described);
            } else {
                store.done(connection, described, run ? outcome.sql() : "");
            }
            LOG.info(
                    "A command was carried. number={} tag={} how={} millis={}",
                    described.number(),
                    described.tag(),
                    outcome.how(),
                    (System.nanoTime() - begin) / 1_000_000);
            if (outcome.how() == How.ABSENT) {
                LOG.warn(
                        "A command is left out: what it gives or takes rights on, or a role, is not at the destination. number={} tag={}",
                        described.number(),
                        described.tag());
            }
        }
        running = null;
    }

    private CarriedDdl.@Nullable Outcome deferred(RecordedCommand command, DdlCommand described, DdlDecision decision)
            throws SQLException {
        return decision.corrected().isPresent()
                ? null
                : indexes.defer(command, described.number())
                        .map(sql -> new CarriedDdl.Outcome(How.DEFERRED, sql))
                        .orElse(null);
    }

    /** During the first load an index that is a replica identity may be one of those that are made later. */
    private void keepKeys(RecordedCommand command) throws SQLException {
        if (rules.stage() != LoadStage.FIRST_LOAD) {
            return;
        }
        InterimKeys keys = new InterimKeys(connection, structure.task());
        for (CommandTable table : command.tables()) {
            if (table.root().isPresent() || !table.isSent() || !carried.isSelected(table)) {
                continue;
            }
            try {
                keys.make(table);
            } catch (SQLException e) {
                if (!CarriedDdl.isOfRows(e)) {
                    throw e;
                }
                rules.ahead().set(table.oid());
                throw new SyncException(
                        FaultKind.SHAPE_CHANGED,
                        "Rows of table " + table.name() + " are newer than its replica identity.",
                        "Run again.",
                        e);
            }
        }
    }

    /** While others catch up, rows that were copied behind a command can be such as it does not allow: the table is loaded again. */
    private CarriedDdl.Outcome run(RecordedCommand command, Set<String> known, DdlDecision decision)
            throws SQLException {
        try {
            return carried.run(command, known, decision.corrected());
        } catch (SyncException e) {
            if (!rules.exact() && e.getCause() instanceof SQLException cause && CarriedDdl.isOfRows(cause)) {
                structure.concerned(connection, command).stream()
                        .filter(table -> !table.isSetAside())
                        .findFirst()
                        .ifPresent(table -> rules.ahead()
                                .set(TableShape.parse(table.structure()).oid()));
            }
            throw e;
        }
    }

    /** Returns the tables and partitions that a command concerns and the task has, by object identifier. */
    private Set<String> known(RecordedCommand command) throws SQLException {
        Set<String> known = new HashSet<>();
        for (String oid : command.droppedTables()) {
            if (structure.known(connection, oid).isPresent()) {
                known.add(oid);
            }
        }
        for (CommandTable table : command.tables()) {
            if (structure.known(connection, table.oid()).isPresent()) {
                known.add(table.oid());
            }
        }
        return known;
    }

    /** Others see the command while it runs; nobody can decide otherwise then. */
    private DdlDecision begin(DdlCommand command) throws SQLException {
        if (rules.mode() == DdlMode.HOLD) {
            store.waiting(command, rules.epoch());
        }
        if (store.decision(command.number()).isHeld()) {
            running = null;
            rules.held().set(command);
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Command " + command.number() + " (" + command.tag() + ") waits until a person allows it: "
                            + shortened(command.statement()) + ".",
                    "See it with dts-sync ddl show TASK.yaml " + command.number()
                            + ", let it run with dts-sync ddl allow TASK.yaml " + command.number() + ".");
        }
        store.started(command, rules.epoch());
        return store.decide(connection, command.number());
    }

    private static String shortened(String text) {
        return text.length() > 200 ? text.substring(0, 200) + " ..." : text;
    }

    /** The rows of a table that a command wrote itself follow: they take the place of all that it has. */
    private CarriedCommands.Effect images(RecordedCommand command) throws SQLException {
        TableName table = command.imaged();
        Optional<Known> known = structure.shapes().named(connection, table);
        boolean missed = known.isPresent() ? !isNewer(known.get()) : isUnknown(table);
        if (missed && command.error().isPresent() && !rules.exact() && known.isPresent()) {
            return setAside(known.get());
        }
        if (missed && command.error().isPresent()) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Command " + carried.ordinal() + " of the transaction at " + commit + " wrote the rows of table "
                            + table + " itself, and the source could not send them: "
                            + command.error().get() + ".",
                    "Make the same change at the " + structure.follower() + " and run with --resnapshot " + table
                            + ".");
        }
        if (known.isEmpty() || isNewer(known.get())) {
            return CarriedCommands.Effect.NONE;
        }
        if (!known.get().isSetAside()) {
            empty(connection, table);
        }
        return new CarriedCommands.Effect(List.of(), Optional.of(table));
    }

    /** Returns whether a table belongs to the task, and neither a command nor a person has recorded what became of it. */
    private boolean isUnknown(TableName table) throws SQLException {
        return structure.objects().selects(table.schema(), table.table())
                && !structure.shapes().hasLeft(connection, table);
    }

    /** While tables are loaded, one more is loaded again rather than by a person. */
    private CarriedCommands.Effect setAside(Known known) throws SQLException {
        truncate(connection, known.table());
        structure.shapes().setAside(connection, known.table());
        LOG.info(
                "A command wrote the rows of a table itself, which is loaded again. table={} commit={}",
                known.table(),
                commit);
        return new CarriedCommands.Effect(
                List.of(new AppliedTable(
                        known.table(), List.of(), Optional.empty(), Optional.empty(), AppliedTable.NEVER)),
                Optional.empty());
    }

    /** Removes the rows of a table at once, where its readers need not be spared and no foreign key refers to it. */
    static void truncate(Connection connection, TableName table) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try (Statement statement = connection.createStatement()) {
            statement.execute("TRUNCATE " + only(connection, table) + table.sql());
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            if (!UNTRUNCATED.contains(String.valueOf(e.getSQLState()))) {
                throw e;
            }
            connection.rollback(before);
            empty(connection, table);
        }
    }

    /** Removes the rows of a table, partitions' too, but not those of tables that inherit from it; readers see the old ones until then. */
    private static void empty(Connection connection, TableName table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM " + only(connection, table) + table.sql());
        }
    }

    private static String only(Connection connection, TableName table) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(?)")) {
            statement.setString(1, table.sql());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1) ? "" : "ONLY ";
            }
        }
    }

    @Override
    public void failed(Exception fault) {
        if (fault instanceof SyncException known && known.kind() == FaultKind.SHAPE_CHANGED) {
            store.rolledBack(commit, rules.epoch());
            if (running != null) {
                store.failed(running, known.what(), rules.epoch());
            }
        }
    }
}
