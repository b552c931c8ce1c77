package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.sequences.CarriedSequences;
import org.dtssync.app.sequences.Sequence;
import org.dtssync.app.state.RecordedSequences;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.pgcodekeeper.core.settings.CoreSettings;

/**
 * Reads the schema objects of a database as an ordered list of statements.
 *
 * <p>{@link ModelStatements} defines what is migrated. Tablespaces, foreign servers, foreign tables, user mappings,
 * publications, subscriptions, large objects, security labels and database settings are never migrated. Thread-safe.
 */
public final class StructureReader {

    private final DatabaseConnections database;
    private final ObjectSelection selection;

    /** Creates a reader; opens nothing yet. */
    public StructureReader(DatabaseConnections database, ObjectSelection selection) {
        this.database = database;
        this.selection = selection;
    }

    /** Reads the schema objects in the order in which they can be created, pre-data first. Takes no lock that blocks writers. */
    public List<StructureObject> read() {
        CoreSettings settings = new CoreSettings();
        settings.setKeepNewlines(true);
        settings.setIgnorePrivileges(selection.owners() == Owners.DROP);
        try (Connection connection = database.open()) {
            connection.setAutoCommit(false);
            CarriedTables tables = CarriedTables.read(connection, selection);
            Set<TableName> sequences =
                    CarriedSequences.read(connection, selection, RecordedSequences.NONE).carried().stream()
                            .map(Sequence::name)
                            .collect(Collectors.toSet());
            ModelStatements model =
                    new ModelStatements(new ModelLoader(database, settings).read(), selection, tables, sequences);
            return numbered(new StructureAssembly(connection, settings, tables, model, selection.owners()).objects());
        } catch (SQLException e) {
            throw SqlFaults.explain("The schema of the " + database.role() + " could not be read", e);
        }
    }

    private static List<StructureObject> numbered(List<StructureObject> objects) {
        List<StructureObject> numbered = new ArrayList<>();
        for (Section section : Section.values()) {
            for (StructureObject object : objects) {
                if (object.section() == section) {
                    numbered.add(object.at(numbered.size() + 1));
                }
            }
        }
        return numbered;
    }
}
