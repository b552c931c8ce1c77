package org.dtssync.app.testing;

import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * The text of a task file, of which tests change one thing at a time. Immutable.
 *
 * @param name the task's name
 * @param source its source's line
 * @param destination its destination's line
 * @param kafka the brokers' addresses
 * @param registry the registry's address
 */
public record TaskText(String name, String source, String destination, String kafka, String registry) {

    /** Returns one for two databases and the broker and registry that all tests share. */
    public static TaskText of(Servers servers, DatabaseSettings source, DatabaseSettings destination) {
        return new TaskText(
                servers.uniqueName(),
                end(source.url(), source.user(), "unused"),
                end(destination.url(), destination.user(), "unused"),
                servers.kafka().bootstrapServers(),
                servers.registry().url());
    }

    /** Returns the value of source or destination. */
    public static String end(String url, String user, String password) {
        return "{ url: \"" + url + "\", user: " + user + ", password: \"" + password + "\" }";
    }

    /** Returns the same with another source. */
    public TaskText withSource(String line) {
        return new TaskText(name, line, destination, kafka, registry);
    }

    /** Returns the same with another destination. */
    public TaskText withDestination(String line) {
        return new TaskText(name, source, line, kafka, registry);
    }

    /** Returns the same with another brokers. */
    public TaskText withKafka(String servers) {
        return new TaskText(name, source, destination, servers, registry);
    }

    /** Returns the same with another registry. */
    public TaskText withRegistry(String url) {
        return new TaskText(name, source, destination, kafka, url);
    }

    @Override
    public String toString() {
        return """
                name: %s
                source: %s
                destination: %s
                kafka: { bootstrap.servers: "%s" }
                registry: { url: "%s" }
                """.formatted(name, source, destination, kafka, registry);
    }
}
