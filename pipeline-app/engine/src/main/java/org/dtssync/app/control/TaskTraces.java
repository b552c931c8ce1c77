package org.dtssync.app.control;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.BrokerAddresses;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.schemas.TopicNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a task created outside of its destination: its slot, its state in the opposite direction, its topics. They show that it
 * has been started while the destination cannot be queried.
 *
 * <p>Immutable; thread-safe.
 *
 * @param route the route that the task file describes
 * @param kafka properties of clients
 */
public record TaskTraces(Route route, Map<String, String> kafka) {

    private static final Logger LOG = LoggerFactory.getLogger(TaskTraces.class);

    /** Something that may exist. */
    @FunctionalInterface
    private interface Trace {
        boolean isThere() throws SQLException;
    }

    /** Returns whether anything of the task exists; unreachable servers do not count. */
    public boolean any() {
        return isThere("slot", this::slot)
                || isThere(
                        "state",
                        () -> new ProgressStore(
                                        route.source(), route.name().reverse().text())
                                .exists())
                || isThere("topics", this::topics);
    }

    private boolean slot() throws SQLException {
        try (Connection source = route.source().open()) {
            return route.slot().state(source).isPresent();
        }
    }

    private boolean topics() {
        List<String> cuts = Stream.of(route.name(), route.name().reverse())
                .flatMap(name -> Arrays.stream(TopicNames.Layout.values())
                        .map(layout -> name.topics().in(layout).cuts()))
                .toList();
        BrokerAddresses.requireNoOther(kafka);
        try (KafkaTopics topics = new KafkaTopics(kafka)) {
            // A question about topics that the account has no rights on would be refused.
            return topics.all().stream().anyMatch(cuts::contains);
        }
    }

    private static boolean isThere(String what, Trace trace) {
        try {
            return trace.isThere();
        } catch (SQLException e) {
            LOG.debug("The check for leftovers of the task failed.", SqlFaults.explain("The " + what, e));
        } catch (SyncException e) {
            LOG.debug("The check for leftovers of the task failed.", e);
        } catch (org.apache.kafka.common.KafkaException e) {
            LOG.debug("The check for leftovers of the task failed. what={}", what, e);
        }
        return false;
    }
}
