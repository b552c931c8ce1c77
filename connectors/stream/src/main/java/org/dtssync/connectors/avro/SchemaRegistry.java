package org.dtssync.connectors.avro;

import org.apache.avro.Schema;

/** A registry of Avro schemas: the part of Confluent's API that is needed here. Implementations are thread-safe. */
public interface SchemaRegistry {

    /**
     * Returns the id of a schema under a subject, registering it if it is not there.
     *
     * @param subject the subject
     * @param schema the schema
     */
    int register(String subject, Schema schema);

    /** Returns the schema with this id. */
    Schema schemaById(int id);

    /**
     * Sets how a subject's schemas may change.
     *
     * @return whether it was set: in some registries a subject does not exist before its first schema
     */
    boolean setCompatibility(String subject, Compatibility compatibility);

    /** Checks that the registry responds and provides this API. */
    void ping();

    /** How a subject's schemas may change. */
    enum Compatibility {
        /** In every way. */
        NONE,
        /** Readers of the new schema can read data of the one before. */
        BACKWARD
    }
}
