package org.dtssync.connectors.postgres;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.postgresql.Driver;

/**
 * How a client program of PostgreSQL reaches a database: the environment variables that say to its library what the task file
 * says to the JDBC driver. A command line can be read by every account of the machine, an environment only by our own.
 *
 * @param variables the variables, among them the password
 * @param obstacle a setting that the driver understands and the library does not, as part of a sentence
 */
public record ClientEnvironment(Map<String, String> variables, Optional<String> obstacle) {

    /** Driver properties and variables with the same meaning and the same values. */
    private static final Map<String, String> SAME = Map.of(
            "sslrootcert", "PGSSLROOTCERT",
            "sslcert", "PGSSLCERT",
            "sslkey", "PGSSLKEY",
            "connectTimeout", "PGCONNECT_TIMEOUT",
            "channelBinding", "PGCHANNELBINDING",
            "requireAuth", "PGREQUIREAUTH",
            "gssEncMode", "PGGSSENCMODE",
            "kerberosServerName", "PGKRBSRVNAME",
            "sslNegotiation", "PGSSLNEGOTIATION");

    /** The driver's names of what kind of server is wanted, and the library's. */
    private static final Map<String, String> TARGETS = Map.of(
            "any", "any",
            "primary", "read-write",
            "master", "read-write",
            "secondary", "standby",
            "slave", "standby",
            "prefersecondary", "prefer-standby",
            "preferslave", "prefer-standby",
            "preferprimary", "any");

    /** Properties that name code of the JVM, or a secret for which the library has no variable. */
    private static final List<String> OF_THE_DRIVER = List.of(
            "sslfactory", "sslpasswordcallback", "sslpassword", "socketFactory", "authenticationPluginClassName");

    /** Formats of keys that only the driver reads. */
    private static final Set<String> KEYS_OF_THE_DRIVER = Set.of(".pk8", ".p12", ".pfx", ".der");

    /**
     * Settings that change what a server prints, or that would end a session which reads for a long time. All servers from 14 on
     * have them.
     */
    private static final Map<String, String> SESSION = Map.of(
            "quote_all_identifiers", "off",
            "default_transaction_isolation", "read\\ committed",
            "default_transaction_read_only", "off",
            "standard_conforming_strings", "on",
            "idle_session_timeout", "0");

    /** Copies the variables. */
    public ClientEnvironment {
        variables = Map.copyOf(variables);
    }

    /** Returns the environment for one of a task's databases. */
    public static ClientEnvironment of(DatabaseConnections database) {
        DatabaseSettings settings = database.settings();
        Properties given = new Properties();
        given.putAll(settings.properties());
        Properties parsed = Driver.parseURL(settings.url(), given);
        if (parsed == null) {
            return new ClientEnvironment(Map.of(), Optional.of("the form of " + database.role() + ".url"));
        }
        Map<String, String> variables = new TreeMap<>();
        variables.put("PGHOST", withoutBrackets(parsed.getProperty("PGHOST", "localhost")));
        variables.put("PGPORT", parsed.getProperty("PGPORT", "5432"));
        variables.put("PGDATABASE", parsed.getProperty("PGDBNAME", settings.user()));
        variables.put("PGUSER", settings.user());
        if (settings.password() != null) {
            variables.put("PGPASSWORD", settings.password());
        }
        variables.put("PGAPPNAME", database.applicationName());
        variables.put("PGCONNECT_TIMEOUT", "10");
        variables.put(
                "PGOPTIONS",
                options((parsed.getProperty("options", "") + " "
                                + settings.logins().options())
                        .strip()));
        variables.put("PGSSLMODE", sslMode(parsed));
        String target = parsed.getProperty("targetServerType", "any").toLowerCase(Locale.ROOT);
        variables.put("PGTARGETSESSIONATTRS", TARGETS.getOrDefault(target, "any"));
        SAME.forEach((property, variable) -> {
            String value = parsed.getProperty(property);
            if (value != null && !value.isEmpty()) {
                variables.put(variable, value);
            }
        });
        // The program's messages become part of our own, and decide whether another attempt can help.
        variables.put("LC_MESSAGES", "C");
        return new ClientEnvironment(variables, obstacle(parsed));
    }

    /** Sets the environment of a program that is about to be started; connection settings of the account do not apply. */
    public void applyTo(ProcessBuilder builder) {
        Map<String, String> environment = builder.environment();
        environment
                .keySet()
                .removeIf(name -> name.startsWith("PG") || name.equals("LC_ALL") || name.equals("LANGUAGE"));
        environment.putAll(variables);
    }

    /** Leaves out the values, one of which is the password. */
    @Override
    public String toString() {
        return "ClientEnvironment" + variables.keySet();
    }

    private static String withoutBrackets(String hosts) {
        return Arrays.stream(hosts.split(","))
                .map(host -> host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host)
                .collect(Collectors.joining(","));
    }

    private static String options(String given) {
        List<String> options = new ArrayList<>();
        if (!given.isEmpty()) {
            options.add(given);
        }
        new TreeMap<>(SESSION).forEach((name, value) -> options.add("-c " + name + "=" + value));
        return String.join(" ", options);
    }

    /** {@code ssl=true} alone asks the driver for a verified connection. */
    private static String sslMode(Properties parsed) {
        String mode = parsed.getProperty("sslmode");
        if (mode != null && !mode.isEmpty()) {
            return mode;
        }
        String ssl = parsed.getProperty("ssl");
        return ssl == null || ssl.equalsIgnoreCase("false") ? "prefer" : "verify-full";
    }

    private static Optional<String> obstacle(Properties parsed) {
        for (String property : OF_THE_DRIVER) {
            String value = parsed.getProperty(property);
            if (value != null && !value.isEmpty() && !value.equals(WatchedSocketFactory.class.getName())) {
                return Optional.of("the driver property " + property);
            }
        }
        String key = parsed.getProperty("sslkey", "").toLowerCase(Locale.ROOT);
        return KEYS_OF_THE_DRIVER.stream()
                .filter(key::endsWith)
                .findFirst()
                .map(format -> "an sslkey in the format " + format);
    }
}
