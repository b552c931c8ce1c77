package org.dtssync.app.cli;

import org.dtssync.app.testing.Servers;
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
record TaskText(String name, String source, String destination, String kafka, String registry) {

    static TaskText of(Servers servers, DatabaseSettings source, DatabaseSettings destination) {
        return new TaskText(
                servers.uniqueName(),
                end(source.url(), source.user(), "unused"),
                end(destination.url(), destination.user(), "unused"),
                servers.kafka().bootstrapServers(),
                servers.registry().url());
    }

    /** Returns the value of source or destination. */
    static String end(String url, String user, String password) {
        return "{ url: \"" + url + "\", user: " + user + ", password: \"" + password + "\" }";
    }

    TaskText withSource(String line) {
        return new TaskText(name, line, destination, kafka, registry);
    }

    TaskText withDestination(String line) {
        return new TaskText(name, source, line, kafka, registry);
    }

    TaskText withKafka(String servers) {
        return new TaskText(name, source, destination, servers, registry);
    }

    TaskText withRegistry(String url) {
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
