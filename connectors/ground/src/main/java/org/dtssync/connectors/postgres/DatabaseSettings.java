package org.dtssync.connectors.postgres;

import java.util.Map;
import java.util.Objects;
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
 */
public record DatabaseSettings(
        String url, String user, @Nullable String password, Map<String, String> properties) {

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

    /** Leaves out the password and the properties, which may hold secrets too. */
    @Override
    public String toString() {
        return user + "@" + url.replaceFirst("\\?.*", "");
    }
}
