package org.dtssync.app.structure.pgdump;

import java.util.List;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.structure.ObjectReader;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads with {@code pg_dump}, and with the built-in reader where {@code pg_dump} lacks a right or a lock: it reads and locks more, and the
 * rights of a migration are enough for the built-in reader. Thread-safe if both readers are.
 *
 * @param pgDump the preferred reader
 * @param builtin the other one
 */
record FallbackReader(ObjectReader pgDump, ObjectReader builtin) implements ObjectReader {

    private static final Logger LOG = LoggerFactory.getLogger(FallbackReader.class);

    @Override
    public List<StructureObject> read() {
        try {
            return pgDump.read();
        } catch (SyncException e) {
            if (e.kind() != FaultKind.PERMISSION && e.kind() != FaultKind.TRANSIENT) {
                throw e;
            }
            LOG.info(
                    "The schema is read with the built-in reader, since pg_dump cannot read it now. reason={}",
                    e.what());
            return builtin.read();
        }
    }
}
