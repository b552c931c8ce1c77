package org.dtssync.app.structure.pgdump;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.StructureSettings;
import org.dtssync.app.config.StructureSettings.Reader;
import org.dtssync.app.structure.ObjectReader;
import org.dtssync.app.structure.SettingReader;
import org.dtssync.app.structure.StructureReader;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.ClientEnvironment;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.PgDumpProgram;
import org.dtssync.connectors.postgres.PgDumpSearch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses what reads the schema objects of a task's source. Thread-safe. */
public final class ReaderChoice {

    private static final Logger LOG = LoggerFactory.getLogger(ReaderChoice.class);
    private static final int VERSION_PARTS = 10_000;

    private final StructureSettings settings;
    private final DatabaseConnections source;
    private final Optional<DatabaseConnections> destination;
    private final ObjectSelection selection;

    /**
     * Creates it; reads nothing yet.
     *
     * @param destination whose version decides whether every name is quoted; empty where nothing is to be created
     */
    public ReaderChoice(
            StructureSettings settings,
            DatabaseConnections source,
            Optional<DatabaseConnections> destination,
            ObjectSelection selection) {
        this.settings = settings;
        this.source = source;
        this.destination = destination;
        this.selection = selection;
    }

    /**
     * Returns the reader that the task file asks for, and says in the log which one it is and why.
     *
     * @throws SyncException of kind USAGE if it asks for {@code pg_dump} and there is none that can be used
     */
    public ObjectReader reader() {
        return SettingReader.of(chosen(), source, selection);
    }

    private ObjectReader chosen() {
        if (settings.reader() == Reader.BUILTIN) {
            return builtin("The task file asks for it.");
        }
        int version = version(source);
        PgDumpSearch.Outcome found = new PgDumpSearch().find(settings.pgDump(), version);
        Optional<String> obstacle = ClientEnvironment.of(source).obstacle();
        if (found.program().isPresent() && obstacle.isEmpty()) {
            PgDumpProgram program = found.program().get();
            LOG.info("The schema is read with pg_dump. program={} reason={}", program, found.reason());
            ObjectReader pgDump = new PgDumpReader(
                    program,
                    source,
                    selection,
                    destination.filter(end -> version(end) != version).isPresent());
            return settings.reader() == Reader.PG_DUMP
                    ? pgDump
                    : new FallbackReader(pgDump, new StructureReader(source, selection));
        }
        String reason = obstacle.map(setting -> "pg_dump cannot use " + setting + " of the " + source.role() + ".")
                .orElse(found.reason());
        if (settings.reader() == Reader.PG_DUMP) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The task file asks for pg_dump, which cannot be used: " + reason,
                    "Install one that is at least as new as the source, name it with structure.pg_dump, or use the built-in"
                            + " reader: structure: { reader: builtin }");
        }
        return builtin(reason);
    }

    private ObjectReader builtin(String reason) {
        LOG.info("The schema is read with the built-in reader. reason={}", reason);
        return new StructureReader(source, selection);
    }

    private static int version(DatabaseConnections database) {
        try (Connection connection = database.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW server_version_num")) {
            rows.next();
            return Integer.parseInt(rows.getString(1)) / VERSION_PARTS;
        } catch (SQLException e) {
            throw SqlFaults.explain("The version of the " + database.role() + " could not be read", e);
        }
    }
}
