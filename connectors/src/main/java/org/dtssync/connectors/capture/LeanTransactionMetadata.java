package org.dtssync.connectors.capture;

import io.debezium.config.Configuration;
import io.debezium.pipeline.spi.OffsetContext;
import io.debezium.pipeline.txmetadata.DefaultTransactionStructMaker;
import io.debezium.pipeline.txmetadata.TransactionContext;
import io.debezium.pipeline.txmetadata.TransactionStructMaker;
import io.debezium.pipeline.txmetadata.spi.TransactionMetadataFactory;
import io.debezium.spi.schema.DataCollectionId;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;

/**
 * Debezium's transaction metadata, cut down to the BEGIN and END records that cuts are made of. Debezium makes it by its
 * class name.
 *
 * <p>The default counts events per table and copies these counts into the offset of every single record.
 */
public final class LeanTransactionMetadata implements TransactionMetadataFactory {

    private final Configuration configuration;

    /** Called by Debezium. */
    public LeanTransactionMetadata(Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public TransactionContext getTransactionContext() {
        return new UncountedTransaction();
    }

    @Override
    public TransactionStructMaker getTransactionStructMaker() {
        return new BoundaryStructMaker(configuration);
    }

    private static final class UncountedTransaction extends TransactionContext {

        @Override
        public Map<String, Object> store(Map<String, Object> offset) {
            return offset;
        }

        @Override
        public TransactionContext newTransactionContextFromOffsets(Map<String, ?> offsets) {
            return new UncountedTransaction();
        }

        @Override
        public long event(DataCollectionId source) {
            return 0;
        }
    }

    private static final class BoundaryStructMaker extends DefaultTransactionStructMaker {

        BoundaryStructMaker(Configuration configuration) {
            super(configuration);
        }

        @Override
        public Struct addTransactionBlock(OffsetContext offset, long dataCollectionEventOrder, Struct value) {
            return null;
        }
    }
}
