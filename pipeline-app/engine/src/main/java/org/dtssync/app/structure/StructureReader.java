package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.sequences.CarriedSequences;
import org.dtssync.app.sequences.Sequence;
import org.dtssync.app.state.RecordedSequences;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * Reads the schema objects of a database as an ordered list of statements.
 *
 * <p>{@link CarriedObjects} defines what is migrated. Tablespaces, foreign servers, foreign tables, user mappings,
 * publications, subscriptions, large objects and security labels are never migrated. Thread-safe.
 */
public final class StructureReader implements ObjectReader {

    /** Words that PostgreSQL 15 to 18 reserved in some places, as names or in the queries of views and functions. */
    private static final String NEW_KEYWORDS = """
            SELECT set_config('quote_all_identifiers', 'on', true)
            WHERE current_setting('server_version_num')::int < 180000 AND EXISTS (
                SELECT FROM (
                    SELECT attname::text AS text FROM pg_attribute WHERE attrelid >= 16384
                    UNION ALL SELECT relname FROM pg_class WHERE oid >= 16384
                    UNION ALL SELECT typname FROM pg_type WHERE oid >= 16384
                    UNION ALL SELECT nspname FROM pg_namespace
                    UNION ALL SELECT rolname FROM pg_roles
                    UNION ALL SELECT conname FROM pg_constraint WHERE oid >= 16384
                    UNION ALL SELECT tgname FROM pg_trigger
                    UNION ALL SELECT concat_ws(' ', proname, proargnames::text, prosqlbody::text) FROM pg_proc WHERE oid >= 16384
                    UNION ALL SELECT ev_action::text FROM pg_rewrite WHERE oid >= 16384
                ) names
                WHERE text ~ '\\m(system_user|merge_action|json(_(array|arrayagg|exists|object|objectagg|query|scalar|serialize|table|value))?)\\M')
            """;

    private final DatabaseConnections database;
    private final ObjectSelection selection;

    /** Creates a reader; opens nothing yet. */
    public StructureReader(DatabaseConnections database, ObjectSelection selection) {
        this.database = database;
        this.selection = selection;
    }

    @Override
    public List<StructureObject> read() {
        try (Connection connection = database.open()) {
            CatalogSnapshot.begin(connection);
            Set<TableName> sequences =
                    CarriedSequences.read(connection, selection, RecordedSequences.NONE).carried().stream()
                            .map(Sequence::name)
                            .collect(Collectors.toSet());
            StructureAssembly assembly = new StructureAssembly(connection, selection, sequences);
            quoteIfNeeded(connection);
            List<PrintedObject> printed = assembly.printed();
            connection.commit();
            return numbered(printed);
        } catch (SQLException e) {
            throw SqlFaults.explain("The schema of the " + database.role() + " could not be read", e);
        }
    }

    /** An older server prints names without quotes that are keywords of a newer one. */
    private static void quoteIfNeeded(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(NEW_KEYWORDS);
        }
    }

    private static List<StructureObject> numbered(List<PrintedObject> objects) {
        List<StructureObject> numbered = new ArrayList<>();
        Map<String, Integer> given = new HashMap<>();
        for (Section section : Section.values()) {
            for (PrintedObject object : objects) {
                if (object.section() == section) {
                    String name = LateObjects.nameOf(object.kind()) + ":" + object.name();
                    int number = given.merge(name, 1, Integer::sum);
                    numbered.add(new StructureObject(
                            numbered.size() + 1,
                            // Names with dots: table b.c of schema a, and table c of schema a.b.
                            number == 1 ? name : name + " (" + number + ")",
                            object.kind(),
                            section,
                            object.tables(),
                            object.statement()));
                }
            }
        }
        return numbered;
    }
}
