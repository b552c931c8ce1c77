package org.dtssync.connectors.avro;

import org.dtssync.schemas.Cut;

/** Temporary shape. */
public interface CutCodec {
    /** Encodes. */
    byte[] encode(Cut cut);

    /** Decodes. */
    Cut decode(byte[] bytes);
}
