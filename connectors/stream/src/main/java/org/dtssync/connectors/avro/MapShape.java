package org.dtssync.connectors.avro;

import org.apache.kafka.connect.data.Schema;

/** How a Connect map is written: Avro's own maps have string keys only. */
enum MapShape {
    /** As an Avro map: the keys are strings and never null. */
    PLAIN,
    /** As an array of records with a key and a value. */
    ENTRIES;

    static MapShape of(Schema schema) {
        Schema key = schema.keySchema();
        return key.type() == Schema.Type.STRING && !key.isOptional() ? PLAIN : ENTRIES;
    }
}
