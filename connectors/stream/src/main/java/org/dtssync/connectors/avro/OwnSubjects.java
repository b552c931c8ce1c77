package org.dtssync.connectors.avro;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * The subjects of a task's own topics: their compatibility becomes NONE before a second schema, since a table may change in any way. A first
 * schema is compatible with everything, and for most tables it stays the only one: it costs one request. Thread-safe.
 *
 * <p>A subject that had its first schema from an earlier run is relaxed when the registry refuses another one. Where Apicurio has a global
 * rule, a subject's NONE does not lift it: the registry then refuses a changed schema again, and the fault says what to set.
 */
final class OwnSubjects {

    private final SchemaRegistry registry;
    private final Set<String> used = ConcurrentHashMap.newKeySet();
    private final Set<String> relaxed = ConcurrentHashMap.newKeySet();

    OwnSubjects(SchemaRegistry registry) {
        this.registry = registry;
    }

    /** Registers a schema under a subject of the task. */
    int register(String subject, Schema schema) {
        if (!used.add(subject)) {
            relax(subject);
        }
        try {
            return registry.register(subject, schema);
        } catch (SyncException e) {
            if (e.kind() != FaultKind.DATA || !relax(subject)) {
                throw e;
            }
            return registry.register(subject, schema);
        }
    }

    /** Returns whether the subject is less strict than before. */
    private boolean relax(String subject) {
        boolean changed =
                !relaxed.contains(subject) && registry.setCompatibility(subject, SchemaRegistry.Compatibility.NONE);
        if (changed) {
            relaxed.add(subject);
        }
        return changed;
    }
}
