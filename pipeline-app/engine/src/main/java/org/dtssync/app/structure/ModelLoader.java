package org.dtssync.app.structure;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.schemas.StateMigrations;
import org.jspecify.annotations.Nullable;
import org.pgcodekeeper.core.database.base.jdbc.IJdbcConnector;
import org.pgcodekeeper.core.ignorelist.IgnoreSchemaList;
import org.pgcodekeeper.core.loader.FullAnalyze;
import org.pgcodekeeper.core.loader.jdbc.AbstractStatementReader;
import org.pgcodekeeper.core.loader.jdbc.JdbcLoaderBase;
import org.pgcodekeeper.core.loader.jdbc.XmlReaderException;
import org.pgcodekeeper.core.loader.jdbc.pg.CastsReader;
import org.pgcodekeeper.core.loader.jdbc.pg.CollationsReader;
import org.pgcodekeeper.core.loader.jdbc.pg.FtsConfigurationsReader;
import org.pgcodekeeper.core.loader.jdbc.pg.FtsDictionariesReader;
import org.pgcodekeeper.core.loader.jdbc.pg.FtsParsersReader;
import org.pgcodekeeper.core.loader.jdbc.pg.FtsTemplatesReader;
import org.pgcodekeeper.core.loader.jdbc.pg.FunctionsReader;
import org.pgcodekeeper.core.loader.jdbc.pg.OperatorsReader;
import org.pgcodekeeper.core.loader.jdbc.pg.SchemasReader;
import org.pgcodekeeper.core.loader.jdbc.pg.SequencesReader;
import org.pgcodekeeper.core.loader.jdbc.pg.TablesReader;
import org.pgcodekeeper.core.loader.jdbc.pg.TypesReader;
import org.pgcodekeeper.core.loader.jdbc.pg.ViewsReader;
import org.pgcodekeeper.core.loader.pg.SupportedPgVersion;
import org.pgcodekeeper.core.monitor.NullMonitor;
import org.pgcodekeeper.core.schema.pg.PgDatabase;
import org.pgcodekeeper.core.settings.ISettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads those objects of a database into pgCodeKeeper's model that pgCodeKeeper generates.
 *
 * <p>Constraints, indexes, triggers, rules, policies and statistics come from {@link CatalogQueries} instead. Foreign servers
 * and user mappings are not read: the latter hold passwords. Not thread-safe; used once.
 */
final class ModelLoader extends JdbcLoaderBase {

    private static final Logger LOG = LoggerFactory.getLogger(ModelLoader.class);

    private final DatabaseConnections connections;

    ModelLoader(DatabaseConnections connections, ISettings settings) {
        super(new Connector(connections), new NullMonitor(), settings, withoutOurSchema());
        this.connections = connections;
    }

    /** Reads the database and finds what depends on what. */
    PgDatabase read() {
        try {
            PgDatabase database = load();
            FullAnalyze.fullAnalyze(database, errors);
            if (!errors.isEmpty()) {
                // Only dependencies are lost by that: the statements come from the server.
                LOG.warn(
                        "Some expressions could not be parsed; the order of the objects that use them is found by trial. count={} first={}",
                        errors.size(),
                        errors.get(0));
            }
            return database;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SyncException(FaultKind.INTERNAL, "Reading the schema was interrupted.", "", e);
        } catch (IOException e) {
            // pgCodeKeeper wraps the driver's exceptions, and a lost connection should be retried.
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException lost && SqlFaults.kind(lost) != FaultKind.DATA) {
                    throw SqlFaults.explain("The schema of the " + connections.role() + " could not be read", lost);
                }
            }
            throw new SyncException(
                    FaultKind.DATA,
                    "The schema of the " + connections.role() + " could not be read: " + e.getMessage() + ".",
                    "Run it again if the schema was being changed at that moment.",
                    e);
        }
    }

    @Override
    public PgDatabase load() throws IOException, InterruptedException {
        PgDatabase database = (PgDatabase) createDb(getSettings());
        try (Connection session = connector.getConnection();
                Statement query = session.createStatement()) {
            connection = session;
            statement = query;
            session.setAutoCommit(false);
            query.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            // A catalog that grew fast has no statistics yet: expecting a few rows, the planner would scan thousands
            // for
            // each.
            query.execute("SET LOCAL enable_nestloop = off");
            query.execute("SET LOCAL jit = off");
            readCaches();
            for (AbstractStatementReader reader : readers(database)) {
                reader.read();
            }
            session.commit();
            finishLoaders();
            database.sortColumns();
            database.setVersion(SupportedPgVersion.valueOf(getVersion()));
        } catch (SQLException | XmlReaderException e) {
            throw new IOException(getCurrentLocation() + ": " + e.getMessage(), e);
        }
        return database;
    }

    private void readCaches() throws SQLException, InterruptedException {
        queryCheckGreenplumDb();
        queryCheckPgVersion();
        queryCheckLastSysOid();
        queryTypesForCache();
        queryRoles();
    }

    /** Sequences come after tables, to whose identity columns they belong. */
    private List<AbstractStatementReader> readers(PgDatabase database) {
        return List.of(
                new SchemasReader(this, database),
                new FunctionsReader(this),
                new ViewsReader(this),
                new TablesReader(this),
                new TypesReader(this),
                new SequencesReader(this),
                new FtsParsersReader(this),
                new FtsTemplatesReader(this),
                new FtsDictionariesReader(this),
                new FtsConfigurationsReader(this),
                new OperatorsReader(this),
                new CastsReader(this, database),
                new CollationsReader(this));
    }

    private static IgnoreSchemaList withoutOurSchema() {
        return new IgnoreSchemaList() {
            @Override
            public boolean getNameStatus(String schema) {
                return !schema.equals(StateMigrations.SCHEMA);
            }
        };
    }

    /** Provides pgCodeKeeper with sessions that have our settings. */
    private record Connector(DatabaseConnections connections) implements IJdbcConnector {
        @Override
        public Connection getConnection() {
            return connections.open();
        }

        @Override
        public @Nullable String getBatchDelimiter() {
            return null;
        }

        @Override
        public String getUrl() {
            return connections.settings().url();
        }
    }
}
