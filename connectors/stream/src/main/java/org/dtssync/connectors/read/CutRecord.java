package org.dtssync.connectors.read;

import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.schemas.Cut;

/** A record of the cuts topic as it is stored, not decoded yet. Immutable. */
public final class CutRecord {

    private final long offset;
    private final byte[] value;
    private final CutCodec codec;

    CutRecord(long offset, byte[] value, CutCodec codec) {
        this.offset = offset;
        this.value = value;
        this.codec = codec;
    }

    /** Returns its offset. */
    public long offset() {
        return offset;
    }

    /**
     * Decodes the cut.
     *
     * @throws org.dtssync.connectors.fault.SyncException of kind DATA if it is not one
     */
    public Cut cut() {
        return codec.decode(value);
    }

    /** Returns the position after this cut. */
    public CutPosition position() {
        return new NumberedCut(cut(), offset, false).position();
    }
}
