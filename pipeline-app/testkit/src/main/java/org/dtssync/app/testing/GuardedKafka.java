package org.dtssync.app.testing;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.dtssync.app.embedded.EmbeddedKafka;

/**
 * A broker that asks for a login (SASL/PLAIN) and lets an account do only what it was granted, as a company's does. Used by one thread.
 */
public final class GuardedKafka implements AutoCloseable {

    /** The account that tasks use. */
    public static final String ACCOUNT = "mover";

    private static final String ADMIN = "admin";
    private static final String MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule required ";
    private static final String PRINCIPAL = "User:" + ACCOUNT;

    /** What a task needs of the topics of each direction, as docs/security.md has it. */
    public static final List<AclOperation> OF_TOPICS =
            List.of(AclOperation.CREATE, AclOperation.READ, AclOperation.WRITE, AclOperation.DELETE);

    private final EmbeddedKafka kafka;

    private GuardedKafka(EmbeddedKafka kafka) {
        this.kafka = kafka;
    }

    /** Starts a broker. */
    public static GuardedKafka start(Path directory) {
        Map<String, String> settings = new HashMap<>();
        settings.put("listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        settings.put(
                "listener.name.plaintext.plain.sasl.jaas.config",
                MODULE + "username=\"" + ADMIN + "\" password=\"secret-" + ADMIN + "\" user_" + ADMIN + "=\"secret-"
                        + ADMIN + "\" user_" + ACCOUNT + "=\"secret-" + ACCOUNT + "\";");
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        // The controller's listener has no login.
        settings.put("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
        return new GuardedKafka(EmbeddedKafka.start(directory, settings));
    }

    /** Returns the properties with which the account connects. */
    public Map<String, String> properties() {
        return properties(ACCOUNT);
    }

    private Map<String, String> properties(String user) {
        return Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                MODULE + "username=\"" + user + "\" password=\"secret-" + user + "\";");
    }

    private static List<String> prefixes(String... directions) {
        return Arrays.stream(directions)
                .flatMap(name -> Stream.of(name + ".", "__dts_sync." + name + "."))
                .toList();
    }

    /** Grants all that a task and its reverse replication need. */
    public void grantEverything(String task) {
        for (String prefix : prefixes(task, task + "_reverse")) {
            OF_TOPICS.forEach(operation -> grant(ResourceType.TOPIC, prefix, operation));
        }
        grant(ResourceType.TRANSACTIONAL_ID, "dts_sync_" + task, AclOperation.WRITE);
    }

    /** Grants one operation on everything whose name has a prefix. */
    public void grant(ResourceType type, String prefix, AclOperation operation) {
        change(admin -> admin.createAcls(Set.of(new AclBinding(
                        new ResourcePattern(type, prefix, PatternType.PREFIXED),
                        new AccessControlEntry(PRINCIPAL, "*", operation, AclPermissionType.ALLOW))))
                .all()
                .get());
    }

    /** Takes one operation back. */
    public void revoke(ResourceType type, String prefix, AclOperation operation) {
        change(admin -> admin.deleteAcls(Set.of(new AclBindingFilter(
                        new ResourcePatternFilter(type, prefix, PatternType.PREFIXED),
                        new AccessControlEntryFilter(PRINCIPAL, "*", operation, AclPermissionType.ALLOW))))
                .all()
                .get());
    }

    /** Returns the names of all topics, as the superuser sees them. */
    public Set<String> topics() {
        try (Admin admin = Admin.create(Map.copyOf(properties(ADMIN)))) {
            return admin.listTopics().names().get().stream()
                    .filter(name -> !name.startsWith("__") || name.startsWith("__dts_sync."))
                    .collect(Collectors.toSet());
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A change of the ACLs. */
    @FunctionalInterface
    private interface Change {
        void make(Admin admin) throws InterruptedException, ExecutionException;
    }

    private void change(Change change) {
        try (Admin admin = Admin.create(Map.copyOf(properties(ADMIN)))) {
            change.make(admin);
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        kafka.close();
    }
}
