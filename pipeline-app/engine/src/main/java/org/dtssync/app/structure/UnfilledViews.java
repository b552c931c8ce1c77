package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.StoredObject;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/** Materialized views that the task could not fill: reading one is an error. Stateless. */
public final class UnfilledViews {

    private UnfilledViews() {}

    /** Returns those of the task's objects that failed and were filled by nobody since. */
    public static List<StoredObject> of(DatabaseConnections destination, List<StoredObject> stored) {
        List<StoredObject> failed = stored.stream()
                .filter(object -> object.state() == ObjectState.FAILED)
                .toList();
        if (failed.isEmpty()) {
            return List.of();
        }
        Set<String> unfilled = new HashSet<>();
        try (Connection connection = destination.open();
                PreparedStatement statement = connection.prepareStatement("""
                        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE c.relkind = 'm' AND NOT c.relispopulated
                        """);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                unfilled.add(StructureFinisher.objectName(new TableName(rows.getString(1), rows.getString(2))));
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The materialized views of the destination could not be listed", e);
        }
        return failed.stream()
                .filter(object -> unfilled.contains(object.object().name()))
                .toList();
    }
}
