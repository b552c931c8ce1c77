package org.dtssync.app.moving;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dtssync.app.state.EndpointResult;
import org.dtssync.connectors.postgres.DatabaseAddress;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * Where applications are after a switch, and who moved them, for people.
 *
 * @param endpoint where they connect to
 * @param left the database that they left
 * @param used the database that they are to use
 */
record Whereabouts(Endpoint endpoint, DatabaseSettings left, DatabaseSettings used) {

    /** Returns a phrase that names host, port and database. */
    String of(EndpointResult result) {
        return switch (result) {
            case MOVED -> "at " + address(used) + ", moved by " + endpoint.mover();
            case FAILED -> "still sent to " + address(left) + "; they belong at " + address(used);
            case NONE -> "to be pointed at " + address(used) + " by you; the task file names nothing that does it";
            case UNTOUCHED -> "";
        };
    }

    private static String address(DatabaseSettings database) {
        return DatabaseAddress.of(database.url())
                .map(address -> IntStream.range(0, address.hosts().size())
                                .mapToObj(i -> host(address.hosts().get(i)) + ":"
                                        + address.ports().get(i))
                                .collect(Collectors.joining(","))
                        + "/" + address.database())
                .orElse("the other database");
    }

    private static String host(String name) {
        return name.indexOf(':') < 0 || name.startsWith("[") ? name : "[" + name + "]";
    }
}
