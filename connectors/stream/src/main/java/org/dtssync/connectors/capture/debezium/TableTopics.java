package org.dtssync.connectors.capture.debezium;

import io.debezium.relational.TableId;
import io.debezium.schema.AbstractTopicNamingStrategy;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names topics and record schemas for Debezium, which instantiates it by class name: {@code <task>.<schema>.<table>} as {@link
 * org.dtssync.schemas.TopicNames} has it, where Debezium's own strategy would let different names collide. A table has its escaped
 * names already.
 *
 * <p>Thread-safe.
 */
public final class TableTopics extends AbstractTopicNamingStrategy<TableId> {

    /** Most events follow one of the same table, and the encoder finds its topic faster if it is the same object. */
    private final Map<TableId, String> topics = new ConcurrentHashMap<>();

    /** Called by Debezium. */
    public TableTopics(Properties properties) {
        super(properties);
    }

    @Override
    public String dataChangeTopic(TableId table) {
        return topics.computeIfAbsent(table, known -> prefix + "." + known.schema() + "." + known.table());
    }
}
