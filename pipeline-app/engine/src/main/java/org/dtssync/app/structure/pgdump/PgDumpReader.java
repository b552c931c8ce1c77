package org.dtssync.app.structure.pgdump;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.structure.CarriedTables;
import org.dtssync.app.structure.CatalogSnapshot;
import org.dtssync.app.structure.ObjectReader;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.PgDumpProgram;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the schema objects with {@code pg_dump}: the statements are PostgreSQL's own, the selection and the sections are ours.
 *
 * <p>Program and catalogs are read in one snapshot. Its locks are those of readers and end with it. Thread-safe.
 */
public final class PgDumpReader implements ObjectReader {

    /** How long the session may take to say that it is alive, after the program has failed. */
    private static final int ANSWER_SECONDS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(PgDumpReader.class);

    /** Tens of thousands of tables take minutes. */
    private static final Duration LIMIT = Duration.ofMinutes(30);

    /** Tables that the program would lock although the account may not, in its own words: any right on rows is enough. */
    private static final String NOT_LOCKABLE = """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT, UPDATE, DELETE, TRUNCATE'))
            """;

    private final PgDumpProgram program;
    private final DatabaseConnections database;
    private final ObjectSelection selection;
    private final boolean quotesAll;
    private final Duration limit;

    /**
     * Creates a reader; starts nothing yet.
     *
     * @param quotesAll whether every name in the statements is quoted: another version may have other keywords
     */
    public PgDumpReader(
            PgDumpProgram program, DatabaseConnections database, ObjectSelection selection, boolean quotesAll) {
        this(program, database, selection, quotesAll, LIMIT);
    }

    PgDumpReader(
            PgDumpProgram program,
            DatabaseConnections database,
            ObjectSelection selection,
            boolean quotesAll,
            Duration limit) {
        this.quotesAll = quotesAll;
        this.program = program;
        this.database = database;
        this.selection = selection;
        this.limit = limit;
    }

    @Override
    public List<StructureObject> read() {
        try (Connection connection = database.open()) {
            CatalogSnapshot.begin(connection);
            CarriedTables tables = CarriedTables.read(connection, selection);
            Set<Long> oids = new HashSet<>(tables.oids().values());
            Archive archive = known(dump(connection, tables));
            SourceCatalog catalog = SourceCatalog.read(connection, oids);
            ReorderedChildren reordered = ReorderedChildren.read(connection, oids);
            InheritedColumns inherited = InheritedColumns.read(connection);
            connection.commit();
            CarriedEntries carried = new CarriedEntries(archive, selection, catalog, oids);
            report(archive, carried);
            return new ObjectAssembly(archive, carried, catalog, selection, reordered, inherited).objects();
        } catch (SQLException e) {
            throw SqlFaults.explain("The schema of the " + database.role() + " could not be read", e);
        }
    }

    /**
     * The program reads in the snapshot of this connection. Where a restart of the server has ended both, what the program complains of may be
     * anything, such as a snapshot that does not exist.
     */
    private Archive dump(Connection connection, CarriedTables tables) throws SQLException {
        String snapshot = snapshot(connection);
        List<TableName> skipped = tablesToSkip(connection, tables);
        try {
            return new DumpProcess(program, database, quotesAll, limit).run(snapshot, skipped);
        } catch (SyncException e) {
            if (!connection.isValid(ANSWER_SECONDS)) {
                throw new SyncException(FaultKind.CONNECTION, e.what(), e.remedy(), e);
            }
            throw e;
        }
    }

    private static String snapshot(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_export_snapshot()")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static List<TableName> tablesToSkip(Connection connection, CarriedTables tables) throws SQLException {
        List<TableName> skipped = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(NOT_LOCKABLE)) {
            while (rows.next()) {
                TableName table = new TableName(rows.getString(1), rows.getString(2));
                if (!tables.oids().containsKey(table)) {
                    skipped.add(table);
                }
            }
        }
        return skipped;
    }

    /** A newer program may write kinds of objects that nobody has decided on yet. */
    private Archive known(Archive archive) {
        List<String> unknown = archive.entries().stream()
                .filter(entry -> EntryKind.of(entry.description()).isEmpty())
                .map(TocEntry::title)
                .toList();
        if (!unknown.isEmpty()) {
            throw new SyncException(
                    FaultKind.DATA,
                    program + " wrote " + unknown.size()
                            + " object(s) of a kind that this version of dts-sync does not know: "
                            + unknown.stream().limit(5).collect(Collectors.joining(", ")) + ".",
                    "Use the pg_dump of an earlier version (structure.pg_dump), or structure: { reader: builtin }");
        }
        return archive;
    }

    private static void report(Archive archive, CarriedEntries carried) {
        LOG.info(
                "Schema objects were read with pg_dump. server={} pg_dump={} entries={}",
                archive.server(),
                archive.program(),
                archive.entries().size());
        carried.kindsLeftOut()
                .forEach((kind, names) -> LOG.info(
                        "Schema objects of a kind that is never migrated are left out. kind={} objects={}",
                        kind,
                        names));
        List<String> parts =
                carried.partsLeftOut().stream().map(TocEntry::title).toList();
        if (!parts.isEmpty()) {
            LOG.warn(
                    "Parts of selected tables are left out: they need a table that is not selected. objects={}", parts);
        }
    }
}
