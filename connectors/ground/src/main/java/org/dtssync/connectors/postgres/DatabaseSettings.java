package org.dtssync.connectors.postgres;

import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.dtssync.connectors.secrets.FileReferences;
import org.jspecify.annotations.Nullable;

/**
 * How to reach one database.
 *
 * @param url JDBC URL, {@code jdbc:postgresql://host:port/database?...}; TLS settings are part of it
 * @param user the account
 * @param password its password, or null if the server asks for none; never printed. It may refer to a file, which is read again
 *     each time
 * @param properties additional JDBC driver properties
 * @param logins what logins of this process have learned
 */
public record DatabaseSettings(
        String url, String user, @Nullable String password, Map<String, String> properties, LoginTriggers logins) {

    /** Copies the properties. */
    public DatabaseSettings {
        Objects.requireNonNull(url);
        Objects.requireNonNull(user);
        properties = Map.copyOf(properties);
    }

    /** Returns the password of this moment. */
    @Override
    public @Nullable String password() {
        return FileReferences.resolveOptional(password);
    }

    /** Creates settings with which nobody has logged in yet. */
    public DatabaseSettings(String url, String user, @Nullable String password, Map<String, String> properties) {
        this(url, user, password, properties, new LoginTriggers());
    }

    /** Returns settings of the same database with other driver properties. */
    public DatabaseSettings with(Map<String, String> other) {
        return new DatabaseSettings(url, user, password, other, logins);
    }

    /** Adds to the properties of a session what its login needs so that login event triggers do not fire. */
    public void silenceLogin(Properties login) {
        logins.addTo(login);
    }

    /** Leaves out the password and the properties, which may hold secrets too. */
    @Override
    public String toString() {
        return user + "@" + url.replaceFirst("\\?.*", "");
    }
}
