package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to one database, every one with the same {@linkplain SessionSettings session settings}, so that a value's text is
 * the same whichever connection prints it.
 *
 * <p>Thread-safe; the caller owns and closes what it opens.
 */
public final class DatabaseConnections {

    /**
     * If a transaction waits only for the server, an idle one has lost its client:
     * a middlebox may keep its connection alive forever, and with it the locks that the next attempt waits for.
     */
    private static final String END_LOST_TRANSACTION = "SET idle_in_transaction_session_timeout = '20s'";

    private final End role;
    private final DatabaseSettings settings;
    private final String applicationName;
    private final @Nullable SessionPool pool;

    /**
     * Creates a factory; opens nothing yet.
     *
     * @param role which of the two databases of a task it is, for messages
     * @param settings how to reach the database
     * @param applicationName shown in {@code pg_stat_activity}, by which a successor finds and ends these sessions
     */
    public DatabaseConnections(End role, DatabaseSettings settings, String applicationName) {
        this(role, settings, applicationName, null);
    }

    private DatabaseConnections(
            End role, DatabaseSettings settings, String applicationName, @Nullable SessionPool pool) {
        this.role = role;
        this.settings = settings;
        this.applicationName = applicationName;
        this.pool = pool;
    }

    /** Returns which of the two databases of a task it is. */
    public End role() {
        return role;
    }

    /** Returns connections to the same database whose sessions have another application name. */
    public DatabaseConnections as(String otherApplicationName) {
        return new DatabaseConnections(role, settings, otherApplicationName, pool);
    }

    /** Returns connections to the same database whose {@linkplain #inTransaction short transactions} share the sessions of a pool. */
    public DatabaseConnections reusing(SessionPool sessions) {
        return new DatabaseConnections(role, settings, applicationName, sessions);
    }

    /**
     * Returns connections to the same database that give up a login after some time, unless the task file says after how long: a server that
     * accepts connections and says nothing. A session that is open has its own limits.
     */
    public DatabaseConnections within(Duration login) {
        Map<String, String> properties = new HashMap<>(settings.properties());
        properties.putIfAbsent("loginTimeout", Long.toString(Math.max(1, login.toSeconds())));
        return new DatabaseConnections(role, settings.with(properties), applicationName, pool);
    }

    /** Returns how the database is reached. */
    public DatabaseSettings settings() {
        return settings;
    }

    /** Returns the application name of every session opened here. */
    public String applicationName() {
        return applicationName;
    }

    /**
     * Opens a connection in autocommit mode.
     *
     * @throws SyncException of kind CONNECTION, ACCESS or USAGE, if it cannot be opened
     */
    public Connection open() {
        return open(Optional.empty());
    }

    /**
     * Opens a connection for transactions that wait only for this server: the server ends one that is idle
     * for twenty seconds.
     *
     * @throws SyncException of kind CONNECTION, ACCESS or USAGE, if it cannot be opened
     */
    public Connection openForShortTransactions() {
        return open(Optional.of(END_LOST_TRANSACTION));
    }

    /**
     * Opens a connection and prepares it for its owner; one that cannot be prepared is closed.
     *
     * @param what the message if it fails, a sentence without its full stop that names the object
     * @return what the preparation returned, which owns the connection
     */
    public <T> T prepared(String what, Work<T> preparation) {
        Connection connection = open();
        try {
            return preparation.run(connection);
        } catch (SQLException e) {
            closeAfter(e, connection);
            throw SqlFaults.explain(what, e);
        } catch (RuntimeException e) {
            closeAfter(e, connection);
            throw e;
        }
    }

    private static void closeAfter(Exception fault, Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            fault.addSuppressed(e);
        }
    }

    private Connection open(Optional<String> limit) {
        Connection connection = login();
        try {
            execute(connection, SessionSettings.first());
            settings.logins()
                    .learn(
                            connection,
                            SessionSettings.rest(connection)
                                    + limit.map(";\n"::concat).orElse(""));
            return connection;
        } catch (SQLException e) {
            SyncException fault = new SyncException(
                    FaultKind.CONNECTION, "The " + role + " " + settings + " closed a new connection.", "", e);
            closeAfter(fault, connection);
            throw fault;
        }
    }

    private Connection login() {
        try {
            try {
                return connect();
            } catch (SQLException e) {
                if (!settings.logins().learn(e)) {
                    throw e;
                }
            }
            return connect();
        } catch (SQLException e) {
            throw ConnectionFaults.explain(role.label(), settings, e);
        }
    }

    private Connection connect() throws SQLException {
        Properties login = properties();
        settings.silenceLogin(login);
        return DriverManager.getConnection(address().bareUrl(), login);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * Runs work in one transaction, and commits. The work waits only for this server, and has a session for itself that is like a new
     * one; a pool may keep it for the next.
     *
     * @param what the message if it fails, a sentence without its full stop that names the object
     * @return what the work returned
     * @throws SyncException if the connection cannot be opened or a statement fails; nothing was committed then
     */
    public <T> T inTransaction(String what, Work<T> work) {
        if (pool == null) {
            try (Connection connection = openForShortTransactions()) {
                return commit(connection, work);
            } catch (SQLException e) {
                throw SqlFaults.explain(what, e);
            }
        }
        String name = role + " " + applicationName;
        Connection connection = pool.take(name, DatabaseConnections::renew).orElseGet(this::openForShortTransactions);
        // After a fault its state is not known, so it is closed.
        try (SessionPool.Lent lent = pool.lend(name, connection)) {
            T result = commit(connection, work);
            connection.setAutoCommit(true);
            lent.keep();
            return result;
        } catch (SQLException e) {
            throw SqlFaults.explain(what, e);
        }
    }

    private static <T> T commit(Connection connection, Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        T result = work.run(connection);
        connection.commit();
        return result;
    }

    /**
     * Makes a used session like a new one, in one question to the server. Its transaction is of a harmless kind, since the session had our
     * settings when it began.
     */
    private static void renew(Connection connection) throws SQLException {
        execute(
                connection,
                "RESET ALL;\n" + SessionSettings.first() + ";\n" + SessionSettings.rest(connection) + ";\n"
                        + LoginTriggers.asAnyOther(connection) + END_LOST_TRANSACTION);
    }

    /** Does the same for work that returns nothing. */
    public void doInTransaction(String what, Action action) {
        inTransaction(what, connection -> {
            action.run(connection);
            return true;
        });
    }

    /** Work inside one transaction that returns nothing. */
    @FunctionalInterface
    public interface Action {
        /** Does the work; the caller commits and closes the connection. */
        void run(Connection connection) throws SQLException;
    }

    /** Work inside one transaction. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does the work; the caller commits and closes the connection. */
        T run(Connection connection) throws SQLException;
    }

    private Properties properties() {
        Properties properties = new Properties();
        // Defaults that detect a broken network; properties in the task file take precedence.
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("socketFactory", WatchedSocketFactory.class.getName());
        // Otherwise the driver names the session only after the login, and our read-only gate would take it for a
        // foreign one
        // until then.
        properties.setProperty("assumeMinServerVersion", "9.4");
        properties.putAll(settings.properties());
        properties.setProperty("user", settings.user());
        if (settings.password() != null) {
            properties.setProperty("password", settings.password());
        }
        address().addTo(properties);
        properties.setProperty("ApplicationName", applicationName);
        return properties;
    }

    private DatabaseAddress address() {
        return DatabaseAddress.of(settings.url())
                .orElseThrow(() -> new SyncException(
                        FaultKind.USAGE,
                        "The JDBC URL of the " + role + " cannot be read.",
                        "Correct " + role + ".url; a percent sign in it is written %25."));
    }
}
