package org.dtssync.connectors.avro;

import org.apache.avro.Schema;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * The subjects of a task's own topics: the compatibility of one becomes NONE when the registry refuses a schema, since a table may change in
 * any way. Most tables keep their first schema, and most changes are compatible: these cost one request, and need no right to change the
 * subject's settings. Thread-safe.
 *
 * <p>Where Apicurio has a global rule, a subject's NONE does not lift it: the registry then refuses a changed schema again, and the fault says
 * what to set.
 *
 * @param registry the registry
 */
record OwnSubjects(SchemaRegistry registry) {

    /** Registers a schema under a subject of the task. */
    int register(String subject, Schema schema) {
        try {
            return registry.register(subject, schema);
        } catch (SyncException e) {
            if (e.kind() != FaultKind.DATA || !registry.setCompatibility(subject, SchemaRegistry.Compatibility.NONE)) {
                throw e;
            }
            return registry.register(subject, schema);
        }
    }
}
