package org.dtssync.app.precheck;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;
import org.dtssync.app.config.TaskFile;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.AccessProbe;
import org.dtssync.connectors.kafka.AccessProbe.Right;
import org.dtssync.connectors.kafka.BrokerAddresses;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.secrets.FileReferences;
import org.dtssync.schemas.TaskName;
import org.dtssync.schemas.TopicNames;

/**
 * Whether the brokers let an account do with topics and the transactional id what a direction needs; makes nothing.
 *
 * @param task the task file
 */
public record TopicRights(TaskFile task) {

    private static final Pattern USER = Pattern.compile("username=\"?([^\"\\s;]+)");

    /**
     * A right that is missing.
     *
     * @param message a sentence that names it
     * @param remedy the command that grants it
     */
    public record Missing(String message, String remedy) {}

    /**
     * Tries each right.
     *
     * @param direction the direction whose topics they are
     * @param layout where the direction's own topics are
     * @throws SyncException of kind CONNECTION if the brokers do not answer
     */
    public List<Missing> missing(TaskName direction, TopicNames.Layout layout) {
        List<Missing> missing = new ArrayList<>();
        boolean transactions = false;
        ClientProperties.require(task.kafka().properties());
        BrokerAddresses.requireNoOther(task.kafka().properties());
        try (AccessProbe probe = new AccessProbe(task.kafka().properties(), task.precheckTimeout())) {
            for (String prefix : direction.topics().in(layout).prefixes()) {
                // No topic has this name: that of a table has a schema in its name, and the task's own have other
                // names.
                Set<Right> rights = probe.missing(prefix + "precheck", direction.transactionalId());
                rights.stream()
                        .filter(right -> right != Right.TRANSACTIONS)
                        .forEach(right -> missing.add(topics(right, prefix)));
                transactions |= rights.contains(Right.TRANSACTIONS);
            }
        } catch (IOException | KafkaException e) {
            throw new SyncException(
                    FaultKind.CONNECTION,
                    "Kafka at " + task.kafka() + " did not say what the account may do.",
                    "Check that its brokers can be reached, and the login in section kafka of the task file.",
                    e);
        }
        if (transactions) {
            missing.add(transactions(direction));
        }
        return missing;
    }

    private Missing topics(Right right, String prefix) {
        String verb = switch (right) {
            case CREATE -> "create topics";
            case READ -> "read topics";
            case WRITE -> "write to topics";
            default -> "delete topics";
        };
        return new Missing(
                "Kafka does not let the account " + verb + " whose names begin with '" + prefix
                        + (right == Right.DELETE ? "', which release --topics has to." : "'."),
                grant(capitalized(right), "--topic " + prefix));
    }

    private Missing transactions(TaskName direction) {
        return new Missing(
                "Kafka does not let the account write with the transactional id " + direction.transactionalId() + ".",
                grant("Write", "--transactional-id " + task.taskName().transactionalId()));
    }

    private String grant(String operation, String resource) {
        Matcher user =
                USER.matcher(FileReferences.resolve(task.kafka().properties().getOrDefault("sasl.jaas.config", "")));
        return "kafka-acls.sh --bootstrap-server " + task.kafka() + " --add --allow-principal User:"
                + (user.find() ? user.group(1) : "ACCOUNT") + " --operation " + operation + " " + resource
                + " --resource-pattern-type prefixed";
    }

    private static String capitalized(Right right) {
        return right.name().charAt(0) + right.name().substring(1).toLowerCase(java.util.Locale.ROOT);
    }
}
