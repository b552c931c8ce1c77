package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.ddl.CarriedDdl;
import org.dtssync.app.ddl.LoadStage;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.CarriedShapes;
import org.dtssync.app.state.DdlCommandStore;
import org.dtssync.app.state.DeferredIndexStore;
import org.dtssync.app.state.EventLog;
import org.dtssync.app.state.StoredDdl;
import org.dtssync.connectors.apply.CarriedCommands;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SessionPool;
import org.dtssync.schemas.DdlMode;
import org.jspecify.annotations.Nullable;

/**
 * Runs the commands of a task's history in a database that is made from it, as the task runs them at its destination. What people decided
 * about a command there holds here too, as long as the destination can be asked. Used by one thread.
 */
public final class ReplayedCommands implements CarriedCommands, AutoCloseable {

    /** What helps where a command does not run. */
    public static final String REMEDY =
            "Create in the target what it needs, such as roles and extensions, and run the same command again; or replay a base from"
                    + " after it into an empty database.";

    /** A history does not say which version its source has: versions print expressions in different words. */
    private static final int UNKNOWN_VERSION = 0;

    private final TaskFile file;
    private final DatabaseConnections target;
    private final Epoch epoch;
    private final DdlCommandStore store;
    private final DdlCommandStore decided;
    private final CarriedStructure structure;

    /** Each command is recorded in transactions of their own. */
    private final SessionPool sessions = new SessionPool();

    private boolean prepared;

    /**
     * Creates them; opens nothing yet.
     *
     * @param file the task whose history it is
     * @param target the database that is made
     * @param epoch the right to write there, under the name that keeps its state
     */
    public ReplayedCommands(TaskFile file, DatabaseConnections target, Epoch epoch) {
        this.file = file;
        this.target = target;
        this.epoch = epoch;
        this.store = new DdlCommandStore(target.reusing(sessions), epoch.task());
        this.decided = new DdlCommandStore(Route.forReading(file).destination().reusing(sessions), file.name());
        this.structure = new CarriedStructure(
                new CarriedShapes(new EventLog(target, epoch.task()), epoch.task()),
                file.objects(),
                file.name(),
                End.DESTINATION);
    }

    @Override
    public Transaction begin(Connection connection, Lsn commit) throws SQLException {
        if (!prepared) {
            prepare();
            prepared = true;
        }
        adopt(commit);
        return new Explained(new CommandTransaction(
                connection,
                commit,
                new CarriedDdl(connection, file.objects(), commit, UNKNOWN_VERSION),
                structure,
                store,
                new DeferredIndexStore(target, epoch.task()),
                new CommandTransaction.Rules(
                        DdlMode.CARRY,
                        epoch,
                        LoadStage.WHOLE,
                        Lsn.ZERO,
                        new AtomicReference<>(),
                        new AtomicReference<>(),
                        new IndexDeferral.Rules(false, new AtomicReference<>()))));
    }

    private void prepare() throws SQLException {
        try (Connection connection = target.open()) {
            CarriedDdl.prepare(connection);
        }
    }

    /** The destination may be gone: then a command runs as the source ran it. */
    private void adopt(Lsn commit) {
        try {
            for (StoredDdl each : decided.decided(commit)) {
                store.adopt(each, epoch);
            }
        } catch (SyncException e) {
            boolean outOfReach = e.kind() == FaultKind.CONNECTION
                    || e.kind() == FaultKind.ACCESS
                    || e.kind() == FaultKind.PERMISSION
                    || e.kind() == FaultKind.USAGE;
            if (!outOfReach) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        sessions.close();
    }

    /** Says what helps here: corrections are for the task. */
    private record Explained(Transaction commands) implements Transaction {

        @Override
        public Effect run(Map<String, @Nullable String> row) throws SQLException {
            try {
                return commands.run(row);
            } catch (SyncException e) {
                throw e.kind() == FaultKind.SHAPE_CHANGED ? new SyncException(e.kind(), e.what(), REMEDY, e) : e;
            }
        }

        @Override
        public void failed(Exception fault) {
            commands.failed(fault);
        }
    }
}
