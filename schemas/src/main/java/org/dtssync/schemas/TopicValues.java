package org.dtssync.schemas;

/** How values are written to the topics; a task keeps the form it began with. */
public enum TopicValues {
    /** Text, except for types that Avro has itself. */
    TEXT,
    /** With the schemas of Debezium's own connector where they lose nothing. */
    DEBEZIUM
}
