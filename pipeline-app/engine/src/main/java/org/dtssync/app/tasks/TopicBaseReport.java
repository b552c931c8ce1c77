package org.dtssync.app.tasks;

import org.dtssync.app.publish.MarkerJson;
import org.dtssync.app.publish.TopicBase;

/**
 * A base in topics.
 *
 * @param base where everything is
 */
public record TopicBaseReport(TopicBase base) implements Report {

    @Override
    public String text() {
        StringBuilder text = new StringBuilder("Base of task " + base.task() + " in topics: cut "
                + base.cut().number() + " at " + base.cut().lsn());
        base.cut()
                .commitTimeMicros()
                .ifPresent(time -> text.append(", committed ").append(CommitTimes.text(time)));
        text.append(".\n");
        for (TopicBase.Table table : base.tables()) {
            text.append(table.topic()).append(": ").append(table.rows()).append(" rows");
            table.changes()
                    .ifPresent(place -> text.append("; changes follow in ")
                            .append(place.topic())
                            .append(" from offset ")
                            .append(place.offset()));
            text.append('\n');
        }
        if (base.deleted() > 0) {
            text.append(base.deleted()).append(" topics of earlier bases were deleted.\n");
        }
        return text.append(base.tables().size())
                .append(" tables, ")
                .append(base.rows())
                .append(" rows. The last record of topic ")
                .append(base.marker())
                .append(" says where everything is.")
                .toString();
    }

    @Override
    public String json() {
        return MarkerJson.of(base);
    }
}
