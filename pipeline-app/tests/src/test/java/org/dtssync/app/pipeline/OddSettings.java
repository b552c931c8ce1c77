package org.dtssync.app.pipeline;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.SessionSettings;
import org.dtssync.connectors.postgres.SessionSettings.Decision;

/** Another value than ours for every setting that our sessions fix. */
final class OddSettings {

    private static final Map<String, String> TEXTS = Map.of(
            "DateStyle", "SQL, DMY",
            "TimeZone", "Asia/Kolkata",
            "lc_monetary", "POSIX",
            "search_path", "public",
            "createrole_self_grant", "set",
            "restrict_nonsystem_relation_kind", "view");

    private OddSettings() {}

    /**
     * Returns an odd value of each setting that the server knows and our sessions fix.
     *
     * @param object the name of a role, a table access method and a tablespace that exist
     */
    static Map<String, String> of(Connection connection, String object) throws SQLException {
        Map<String, String> odd = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT name, vartype, enumvals, unit, max_val FROM pg_settings ORDER BY name")) {
            while (rows.next()) {
                String name = rows.getString(1);
                if (SessionSettings.of(name).orElse(null) instanceof Decision.Fixed fixed) {
                    odd.put(name, odd(name, fixed.value(), rows, object));
                }
            }
        }
        // No view lists it.
        odd.put("role", object);
        return odd;
    }

    private static String odd(String name, String ours, ResultSet row, String object) throws SQLException {
        return switch (row.getString(2)) {
            case "bool" -> ours.equals("on") ? "off" : "on";
            case "enum" ->
                Arrays.stream((String[]) row.getArray(3).getArray())
                        .filter(value -> !value.equals(ours) && !value.startsWith("debug"))
                        .findFirst()
                        .orElseThrow();
            case "integer" -> "ms".equals(row.getString(4)) ? "3600000" : name.equals("extra_float_digits") ? "0" : "7";
            default -> TEXTS.getOrDefault(name, object);
        };
    }

    /** Gives them to a database or a role. */
    static void give(Connection connection, String whom, Map<String, String> odd) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> setting : odd.entrySet()) {
                statement.execute("ALTER " + whom + " SET " + setting.getKey() + " = "
                        + (setting.getKey().equals("search_path")
                                        || setting.getKey().equals("role")
                                ? Identifiers.quote(setting.getValue())
                                : Identifiers.literal(setting.getValue())));
            }
        }
    }
}
