package org.dtssync.connectors.capture;

import io.debezium.relational.TableId;
import io.debezium.schema.AbstractTopicNamingStrategy;
import java.util.Properties;
import org.dtssync.schemas.TopicNames;

/**
 * Names topics and record schemas for Debezium, which makes it by its class name: {@code <task>.<schema>.<table>} with our
 * reversible escape, where Debezium's own strategy would let different names collide.
 */
public final class EscapingTopicNaming extends AbstractTopicNamingStrategy<TableId> {

    /** Called by Debezium. */
    public EscapingTopicNaming(Properties properties) {
        super(properties);
    }

    @Override
    public String dataChangeTopic(TableId id) {
        return new TopicNames(prefix).table(id.schema(), id.table());
    }
}
