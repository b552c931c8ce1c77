package org.dtssync.schemas;

/**
 * The table that a topic belongs to.
 *
 * @param schema the schema's name
 * @param table the table's name
 */
public record TopicTable(String schema, String table) {}
