package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.ObjectSelection.Settings;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * Adds the settings of a database, and of roles in it, to what another reader reads. They act on applications alone: our own sessions fix
 * every setting. Thread-safe if the other reader is.
 *
 * <p>Never among them: what our read-only gate sets; libraries that the server loads at a login, which would refuse every session where
 * they are missing; and settings with a dot in their names, which may be secrets of an application.
 *
 * @param objects reads everything else
 * @param database the database
 * @param selection what is migrated
 */
public record SettingReader(ObjectReader objects, DatabaseConnections database, ObjectSelection selection)
        implements ObjectReader {

    /**
     * The database may have another name at the other end. The value of a list of names is stored with its quotes, and each name needs
     * its own, as pg_dump writes it.
     */
    private static final String SETTINGS = """
            SELECT CASE WHEN r.oid IS NULL THEN 'database-setting' ELSE 'role-setting' END AS kind,
                   concat_ws('.', r.rolname, o.name) AS name,
                   format('DO %L', format('BEGIN EXECUTE format(%L, current_database()); END',
                       format('ALTER %s SET %s TO %s',
                              CASE WHEN r.oid IS NULL THEN 'DATABASE %I'
                                   ELSE replace(format('ROLE %I IN DATABASE ', r.rolname), '%', '%%') || '%I' END,
                              o.name, replace(v.text, '%', '%%')))) AS statement
            FROM pg_db_role_setting s
            JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
            LEFT JOIN pg_roles r ON r.oid = s.setrole
            CROSS JOIN LATERAL unnest(s.setconfig) c
            CROSS JOIN LATERAL (SELECT split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value) o
            CROSS JOIN LATERAL (
                SELECT CASE WHEN o.name IN ('search_path', 'temp_tablespaces') THEN coalesce(
                    (SELECT string_agg(quote_literal(CASE WHEN e.item LIKE '"%' THEN replace(substr(e.item, 2, length(e.item) - 2), '""', '"')
                                                          ELSE e.item END), ', ' ORDER BY e.place)
                     FROM (SELECT btrim(m[1]) AS item, place
                           FROM regexp_matches(o.value, ' *"(?:[^"]|"")*" *| *[^", ][^,]*', 'g') WITH ORDINALITY AS x (m, place)) e),
                    '''''') ELSE quote_literal(o.value) END AS text
            ) v
            WHERE (s.setrole = 0 OR r.oid IS NOT NULL AND ?) AND strpos(o.name, '.') = 0
              AND o.name NOT IN ('default_transaction_read_only', 'session_preload_libraries', 'local_preload_libraries')
            ORDER BY kind, name
            """;

    /** Returns the reader, with settings if they are migrated. */
    public static ObjectReader of(ObjectReader objects, DatabaseConnections database, ObjectSelection selection) {
        return selection.settings() == Settings.CARRY ? new SettingReader(objects, database, selection) : objects;
    }

    @Override
    public List<StructureObject> read() {
        List<StructureObject> all = new ArrayList<>(objects.read());
        try (Connection connection = database.open();
                PreparedStatement statement = connection.prepareStatement(SETTINGS)) {
            // Without owners the roles need not exist.
            statement.setBoolean(1, selection.owners() == Owners.KEEP);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String kind = rows.getString("kind");
                    all.add(new StructureObject(
                            all.size() + 1,
                            kind + ":" + rows.getString("name"),
                            kind,
                            Section.POST_DATA,
                            List.of(),
                            rows.getString("statement")));
                }
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The settings of the " + database.role() + " could not be read", e);
        }
        return List.copyOf(all);
    }
}
