package org.dtssync.connectors.avro;

import org.apache.avro.Schema;

/** A registry of Avro schemas, by the part of Confluent's API that is needed here. Implementations are safe for many threads. */
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
     * @return whether it was set: some registries know no subject before its first schema
     */
    boolean setCompatibility(String subject, Compatibility compatibility);

    /** Makes sure that the registry answers and speaks this API. */
    void ping();

    /** How a subject's schemas may change. */
    enum Compatibility {
        /** In every way. */
        NONE,
        /** Readers of the new schema can read data of the one before. */
        BACKWARD
    }
}
