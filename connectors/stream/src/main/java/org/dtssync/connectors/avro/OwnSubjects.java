package org.dtssync.connectors.avro;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;

/**
 * The subjects of a task's own topics: their compatibility is NONE, since a table may change in any way. Safe for many threads.
 *
 * <p>Confluent's registry lets the compatibility be set before a subject's first schema, Apicurio only after it; a first schema is
 * compatible with everything, so either order is right. Where Apicurio has a global rule, a subject's NONE does not lift it: the
 * registry then refuses a changed schema, and the fault says what to set.
 */
final class OwnSubjects {

    private final SchemaRegistry registry;
    private final Set<String> relaxed = ConcurrentHashMap.newKeySet();

    OwnSubjects(SchemaRegistry registry) {
        this.registry = registry;
    }

    /** Registers a schema under a subject of the task. */
    int register(String subject, Schema schema) {
        boolean done = relaxed.contains(subject) || relax(subject);
        int id = registry.register(subject, schema);
        if (!done) {
            relax(subject);
        }
        return id;
    }

    private boolean relax(String subject) {
        boolean done = registry.setCompatibility(subject, SchemaRegistry.Compatibility.NONE);
        if (done) {
            relaxed.add(subject);
        }
        return done;
    }
}
