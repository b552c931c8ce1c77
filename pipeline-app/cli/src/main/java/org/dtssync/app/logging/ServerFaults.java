package org.dtssync.app.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;

/**
 * Leaves out what client libraries write about a server that is down, refuses or ends a session: they throw the same at us, and the line
 * that we write about it says what it means for the task. What is left are errors that no caller would hear of. Stateless.
 */
public final class ServerFaults extends Filter<ILoggingEvent> {

    private static final List<String> CLIENTS = List.of(
            "org.apache.kafka.clients.",
            "org.apache.kafka.common.",
            "org.apache.kafka.connect.",
            "io.debezium.",
            "org.postgresql.");

    /** Exceptions by which a library reports a server's answer, a lost connection or its own stop. */
    private static final List<String> FAULTS = List.of(
            "org.apache.kafka.common.errors.",
            "org.apache.kafka.common.KafkaException",
            "org.apache.kafka.connect.errors.",
            "org.dtssync.connectors.fault.SyncException",
            "org.postgresql.util.PSQLException",
            "io.debezium.DebeziumException",
            "java.sql.SQL",
            "java.io.",
            "java.net.",
            "java.nio.",
            "javax.net.ssl.",
            "java.lang.InterruptedException",
            "java.util.concurrent.");

    @Override
    public FilterReply decide(ILoggingEvent event) {
        if (CLIENTS.stream().noneMatch(event.getLoggerName()::startsWith)
                || !event.getLevel().isGreaterOrEqual(Level.WARN)) {
            return FilterReply.NEUTRAL;
        }
        IThrowableProxy error = event.getThrowableProxy();
        return error == null || isFault(error) ? FilterReply.DENY : FilterReply.NEUTRAL;
    }

    /** Only if every cause is one: a defect of a library may be wrapped into an exception that looks like a server's. */
    private static boolean isFault(IThrowableProxy error) {
        for (IThrowableProxy cause = error; cause != null; cause = cause.getCause()) {
            if (FAULTS.stream().noneMatch(cause.getClassName()::startsWith)) {
                return false;
            }
        }
        return true;
    }
}
