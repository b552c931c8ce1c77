package org.dtssync.connectors.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.postgresql.Driver;

/**
 * A JDBC URL of PostgreSQL, taken apart as the driver does it. Immutable.
 *
 * @param bareUrl the URL without its parameters
 * @param hosts the servers in their order, IPv6 addresses without brackets
 * @param ports the port of each
 * @param database the name of the database, decoded
 * @param parameters the URL's parameters, decoded; some may be secret
 */
public record DatabaseAddress(
        String bareUrl, List<String> hosts, List<Integer> ports, String database, Map<String, String> parameters) {

    private static final String OPTIONS = "options";
    private static final String TARGET = "targetServerType";

    /**
     * The driver takes a server whose transactions are read-only by default for one that cannot be written to, and our read-only gate makes a
     * database such a one.
     */
    private static final String WRITABLE = "-c default_transaction_read_only=off";

    /** Copies the collections. */
    public DatabaseAddress {
        hosts = List.copyOf(hosts);
        ports = List.copyOf(ports);
        parameters = Map.copyOf(parameters);
    }

    /** Takes a URL apart; empty if the driver cannot read it. */
    public static Optional<DatabaseAddress> of(String url) {
        Optional<Properties> parsed = parsed(url);
        if (parsed.isEmpty() || parsed.get().getProperty("PGDBNAME") == null) {
            return Optional.empty();
        }
        Properties properties = parsed.get();
        Map<String, String> parameters = new TreeMap<>();
        for (String name : properties.stringPropertyNames()) {
            if (!name.equals("PGHOST") && !name.equals("PGPORT") && !name.equals("PGDBNAME")) {
                parameters.put(name, properties.getProperty(name));
            }
        }
        List<String> hosts = new ArrayList<>();
        for (String host : properties.getProperty("PGHOST", "localhost").split(",", -1)) {
            hosts.add(host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host);
        }
        List<Integer> ports = new ArrayList<>();
        for (String port : properties.getProperty("PGPORT", "5432").split(",", -1)) {
            ports.add(Integer.valueOf(port));
        }
        return Optional.of(new DatabaseAddress(
                url.replaceFirst("(?s)\\?.*", ""), hosts, ports, properties.getProperty("PGDBNAME"), parameters));
    }

    private static Optional<Properties> parsed(String url) {
        try {
            return Optional.ofNullable(Driver.parseURL(url, new Properties()));
        } catch (IllegalArgumentException e) {
            // A percent sign without two digits behind it.
            return Optional.empty();
        }
    }

    /**
     * Gives a session's properties the URL's parameters, which take precedence. Of several servers the one that can be written to is chosen,
     * unless the URL says otherwise.
     */
    public void addTo(Properties properties) {
        if (hosts.size() > 1) {
            properties.putIfAbsent(TARGET, "primary");
        }
        properties.putAll(parameters);
        if (properties.containsKey(TARGET)) {
            properties.setProperty(OPTIONS, (properties.getProperty(OPTIONS, "") + " " + WRITABLE).strip());
        }
    }
}
