package org.dtssync.app.control;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.task.Route;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.postgres.SqlFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a task made elsewhere than at its destination: its slot, its state in the other direction, its topics. They tell that it
 * has begun while the destination cannot be asked.
 *
 * <p>Immutable; thread-safe.
 *
 * @param route the route that the task file describes
 * @param kafka properties of clients
 */
public record Traces(Route route, Map<String, String> kafka) {

    private static final Logger LOG = LoggerFactory.getLogger(Traces.class);

    /** Something that may be there. */
    @FunctionalInterface
    private interface Trace {
        boolean isThere() throws SQLException;
    }

    /** Returns whether anything of the task is there; what cannot be asked does not count. */
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
        List<String> cuts = List.of(
                route.name().topics().cuts(), route.name().reverse().topics().cuts());
        try (KafkaTopics topics = new KafkaTopics(kafka)) {
            return !topics.existing(cuts).isEmpty();
        }
    }

    private static boolean isThere(String what, Trace trace) {
        try {
            return trace.isThere();
        } catch (SQLException e) {
            LOG.debug("A trace of the task could not be looked for.", SqlFaults.explain("The " + what, e));
        } catch (SyncException e) {
            LOG.debug("A trace of the task could not be looked for.", e);
        } catch (org.apache.kafka.common.KafkaException e) {
            LOG.debug("A trace of the task could not be looked for. what={}", what, e);
        }
        return false;
    }
}
