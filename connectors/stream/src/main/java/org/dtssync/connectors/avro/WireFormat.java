package org.dtssync.connectors.avro;

import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Confluent's wire format: a zero byte, the schema's id in four bytes, then Avro's binary form. */
final class WireFormat {

    static final byte MAGIC = 0;
    static final int HEADER_BYTES = 5;

    private WireFormat() {}

    /** Returns the schema id a record begins with. */
    static int schemaId(String topic, byte[] record) {
        if (record.length < HEADER_BYTES || record[0] != MAGIC) {
            throw new SyncException(
                    FaultKind.DATA,
                    "A record of topic " + topic + " is not in Confluent's wire format.",
                    "Check that key.converter and value.converter are those the topic was written with.");
        }
        return ((record[1] & 0xFF) << 24) | ((record[2] & 0xFF) << 16) | ((record[3] & 0xFF) << 8) | (record[4] & 0xFF);
    }
}
