package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.StoredObject;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.EventTriggers;
import org.dtssync.connectors.postgres.SqlFaults;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates objects in transactions that also record the result: each in its own, or several in one as long as none is refused. Thread-safe; each
 * thread uses its own connection.
 */
final class ObjectMaker {

    private static final Logger LOG = LoggerFactory.getLogger(ObjectMaker.class);
    private static final String DEADLOCK = "40P01";
    private static final int DEADLOCK_ATTEMPTS = 20;
    private static final String CANCELLED = "57014";

    /** A division by zero, with which the guard fails, among others. */
    private static final String GUARDED = "22012";

    /** Relation, object, schema, function, column, primary key exist already. */
    private static final Set<String> EXISTS = Set.of("42P07", "42710", "42P06", "42723", "42701", "42P16");

    /**
     * Bodies may refer to objects that are created later, or that only exist in the search path of their callers. An object and its record are
     * lost together if the server crashes, and both are created again. The memory is for sorting, per index that is built in parallel; an
     * account's own setting applies if it is higher.
     */
    private static final String SESSION = """
            SET check_function_bodies = off;
            SET client_min_messages = error;
            SET synchronous_commit = off;
            SELECT set_config('maintenance_work_mem', '256MB', false)
            WHERE pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('256MB')
            """;

    /** A partition overlaps another, has bounds of another kind, or its parent is not partitioned. */
    private static final Set<String> UNFIT_PARTITION = Set.of("42P17", "42P16", "42809");

    private static final String OTHER_LAYOUT = "the table has other partitions at the destination";

    /** The query of a view that was created without one, which replaces it. */
    private static final String VIEW_QUERY = "view-query";

    private static final Pattern OR_REPLACE =
            Pattern.compile("\\A\\s*CREATE\\s+OR\\s+REPLACE\\s+(?=[A-Z])", Pattern.CASE_INSENSITIVE);

    /** An extension's script may do anything. */
    private static final Set<String> ALONE = Set.of("extension", "language", "event-trigger");

    /** What lasts until the end of a transaction; roles are given back by those who take them. */
    private static final Pattern LASTING = Pattern.compile("\\bSET\\s+LOCAL\\s+(?!ROLE\\b)", Pattern.CASE_INSENSITIVE);

    private final DatabaseConnections destination;
    private final StructureObjectStore store;
    private final Epoch epoch;
    private final Existing existing;
    private final StructureListener listener;

    ObjectMaker(
            DatabaseConnections destination,
            StructureObjectStore store,
            Epoch epoch,
            Existing existing,
            StructureListener listener) {
        this.destination = unsplit(destination);
        this.store = store;
        this.epoch = epoch;
        this.existing = existing;
        this.listener = listener;
    }

    /**
     * Several statements are sent to the server as one text, since it parses function bodies better than the driver, which
     * splits some of them at semicolons.
     */
    private static DatabaseConnections unsplit(DatabaseConnections connections) {
        DatabaseSettings settings = connections.settings();
        Map<String, String> properties = new HashMap<>(settings.properties());
        properties.put("preferQueryMode", "simple");
        return new DatabaseConnections(connections.role(), settings.with(properties), connections.applicationName());
    }

    /** Returns how large the tables of the destination are. */
    TableSizes sizes() {
        return destination.inTransaction("The sizes of the destination's tables could not be read", TableSizes::read);
    }

    /** Opens a session for {@link #make(Connection, List)}; the caller closes it. */
    Connection open() {
        Connection connection = destination.openForShortTransactions();
        try {
            try (Statement statement = connection.createStatement()) {
                statement.execute(SESSION);
            }
            EventTriggers.silenceSession(connection);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            try {
                connection.close();
            } catch (SQLException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw SqlFaults.explain("The destination closed a new connection", e);
        }
    }

    /**
     * Returns whether an object may share its transaction with others: all are rolled back if one is refused, which is expected of objects that may
     * exist, that were refused before, or whose statement a person wrote.
     */
    boolean mayShare(StoredObject stored) {
        return existing == Existing.FAIL
                && stored.state() == ObjectState.PENDING
                && stored.corrected().isEmpty()
                && !ALONE.contains(stored.object().kind())
                && !LASTING.matcher(stored.statement()).find();
    }

    /** Creates objects in one transaction, or each in its own if one of them is refused. */
    void make(Connection connection, List<StoredObject> objects) {
        if (objects.size() > 1 && isMadeAtOnce(connection, objects)) {
            return;
        }
        for (StoredObject stored : objects) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            make(connection, stored);
        }
    }

    private boolean isMadeAtOnce(Connection connection, List<StoredObject> objects) {
        long start = System.nanoTime();
        List<String> texts = new ArrayList<>(List.of(epoch.guard()));
        for (StoredObject stored : objects) {
            texts.add(statement(stored));
            texts.add(store.doneSql(stored.object()));
        }
        try {
            execute(connection, texts);
            objects.forEach(made -> Failpoint.SCHEMA_OBJECT_MADE.reached());
            connection.commit();
            objects.forEach(made -> Failpoint.SCHEMA_OBJECT_RECORDED.reached());
        } catch (SQLException e) {
            if (SqlFaults.kind(e) == FaultKind.CONNECTION || CANCELLED.equals(e.getSQLState())) {
                throw SqlFaults.explain(objects.size() + " schema objects could not be created", e);
            }
            // Which one it was, and what the fault is about, is found out one by one.
            LOG.debug("Schema objects are created one by one. objects={} error={}", objects.size(), message(e));
            rollback(connection);
            return false;
        }
        double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1) / objects.size();
        objects.forEach(stored -> listener.tried(stored.object(), ObjectState.DONE, seconds));
        return true;
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw SqlFaults.explain("The destination closed a connection", e);
        }
    }

    private static void execute(Connection connection, List<String> texts) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Braces and question marks in statements are not driver syntax.
            statement.setEscapeProcessing(false);
            // One question to the server instead of three, which far away is most of what an object costs.
            statement.execute(String.join("\n;\n", texts));
        }
    }

    /** Creates an object, or records that it was refused. */
    void make(Connection connection, StoredObject stored) {
        long start = System.nanoTime();
        StructureObject object = stored.object();
        ObjectState state = makeAndRecord(connection, stored);
        double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
        listener.tried(object, state, seconds);
        LOG.debug("Schema object processed. object={} state={} seconds={}", object.name(), state.label(), seconds);
    }

    private ObjectState makeAndRecord(Connection connection, StoredObject stored) {
        try {
            SQLException refused = tryToMake(connection, stored);
            if (refused == null) {
                return ObjectState.DONE;
            }
            if (isOtherLayout(stored.object(), refused)) {
                epoch.hold(connection);
                store.skipWithAll(connection, stored.object().tables().get(0), OTHER_LAYOUT);
                connection.commit();
                return ObjectState.SKIPPED;
            }
            boolean kept = existing != Existing.FAIL && EXISTS.contains(String.valueOf(refused.getSQLState()));
            ObjectState state = kept ? ObjectState.DONE : ObjectState.FAILED;
            epoch.hold(connection);
            store.record(connection, stored.object(), state, kept ? null : message(refused));
            connection.commit();
            return state;
        } catch (SQLException e) {
            throw SqlFaults.explain("Object " + stored.object().name() + " could not be done", e);
        }
    }

    /** Rows go into the root: if it existed before, its partitions are up to the destination. */
    private boolean isOtherLayout(StructureObject object, SQLException refused) {
        return existing != Existing.FAIL
                && object.isPartition()
                && UNFIT_PARTITION.contains(String.valueOf(refused.getSQLState()));
    }

    /** Returns null if it was created, or why PostgreSQL refused it; then the transaction is rolled back. */
    private @Nullable SQLException tryToMake(Connection connection, StoredObject stored) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                execute(connection, List.of(epoch.guard(), statement(stored), store.doneSql(stored.object())));
                Failpoint.SCHEMA_OBJECT_MADE.reached();
                connection.commit();
                Failpoint.SCHEMA_OBJECT_RECORDED.reached();
                return null;
            } catch (SQLException e) {
                if (SqlFaults.kind(e) == FaultKind.CONNECTION) {
                    throw e;
                }
                connection.rollback();
                if (passes(e)) {
                    throw e;
                }
                if (GUARDED.equals(e.getSQLState())) {
                    epoch.hold(connection);
                    connection.rollback();
                }
                if (!DEADLOCK.equals(e.getSQLState()) || attempt == DEADLOCK_ATTEMPTS) {
                    return e;
                }
                LOG.info(
                        "Deadlock; retrying. object={} attempt={}",
                        stored.object().name(),
                        attempt);
            }
        }
    }

    /** A full disk, a lock timeout or a cancelled statement are not the object's fault: the phase retries. */
    private static boolean passes(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("53") || state.equals("55P03") || state.equals(CANCELLED);
    }

    /**
     * A statement that PostgreSQL prints for a function would silently replace an existing one at the destination.
     * If a person wrote the statement, that may be intended.
     */
    private static String statement(StoredObject stored) {
        return stored.corrected().isPresent() || stored.object().kind().equals(VIEW_QUERY)
                ? stored.statement()
                : OR_REPLACE.matcher(stored.statement()).replaceFirst("CREATE ");
    }

    /** Returns whether a fault says nothing about the object: the connection, the server's resources or a cancellation. */
    static boolean isNotOfTheObject(SQLException e) {
        return SqlFaults.kind(e) == FaultKind.CONNECTION || passes(e);
    }

    /** Only the first line: details can contain row values. */
    static String message(SQLException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
