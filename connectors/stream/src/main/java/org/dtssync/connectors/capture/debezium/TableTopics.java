package org.dtssync.connectors.capture.debezium;

import io.debezium.relational.TableId;
import io.debezium.schema.AbstractTopicNamingStrategy;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.dtssync.schemas.TopicNames;

/**
 * Names topics and record schemas for Debezium, which instantiates it by class name: as {@link TopicNames} has it, where Debezium's own strategy would let different names collide. A table has its escaped
 * names already.
 *
 * <p>Thread-safe.
 */
public final class TableTopics extends AbstractTopicNamingStrategy<TableId> {

    /** The property with the layout of the topics. */
    static final String LAYOUT = "dts.sync.layout";

    /** Most events follow one of the same table, and the encoder finds its topic faster if it is the same object. */
    private final Map<TableId, String> topics = new ConcurrentHashMap<>();

    private final TopicNames.Layout layout;

    /** Called by Debezium. */
    public TableTopics(Properties properties) {
        super(properties);
        layout = TopicNames.Layout.valueOf(properties.getProperty(LAYOUT));
    }

    @Override
    public String dataChangeTopic(TableId table) {
        return topics.computeIfAbsent(
                table,
                known -> new TopicNames(prefix, layout)
                        .table(TopicNames.unescape(known.schema()), TopicNames.unescape(known.table())));
    }
}
