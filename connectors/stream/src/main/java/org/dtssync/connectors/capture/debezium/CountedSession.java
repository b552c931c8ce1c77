package org.dtssync.connectors.capture.debezium;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.replication.PGReplicationConnection;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.fluent.ChainedStreamBuilder;
import org.postgresql.replication.fluent.logical.ChainedLogicalStreamBuilder;

/**
 * A replication session of the driver whose stream is counted. Debezium opens sessions and starts the stream by itself, and reads each
 * message in the same call that receives it: between the driver and Debezium is the one place that sees everything the server sends.
 *
 * <p>Used by one thread, except the stream's own methods.
 */
final class CountedSession implements InvocationHandler {

    /** What such a session has in addition; {@link Connection#unwrap} finds it. */
    interface Counting {

        /** Counts what streams send that are started from now on, and lets their rows be taken. */
        void countInto(StreamedRows counter, RowMessages taker);
    }

    private final BaseConnection session;
    private @Nullable StreamedRows rows;
    private @Nullable RowMessages messages;

    private CountedSession(BaseConnection session) {
        this.session = session;
    }

    /** Returns the same session, counted. */
    static Connection of(Connection session) throws SQLException {
        return (Connection)
                proxy(new CountedSession(session.unwrap(BaseConnection.class)), BaseConnection.class, Counting.class);
    }

    private static Object proxy(InvocationHandler handler, Class<?>... faces) {
        return Proxy.newProxyInstance(CountedSession.class.getClassLoader(), faces, handler);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getDeclaringClass() == Counting.class && arguments != null) {
            rows = (StreamedRows) arguments[0];
            messages = (RowMessages) arguments[1];
            return null;
        }
        if (method.getName().equals("unwrap") && arguments != null && ((Class<?>) arguments[0]).isInstance(proxy)) {
            return proxy;
        }
        if (method.getName().equals("equals") && arguments != null) {
            return proxy == arguments[0];
        }
        return counted(call(session, method, arguments));
    }

    /** Returns the same result; on the way to the stream each has a proxy. */
    private @Nullable Object counted(@Nullable Object result) {
        if (result instanceof PGReplicationStream stream) {
            if (rows == null || messages == null) {
                throw new IllegalStateException("Nobody counts this stream.");
            }
            return new CountedStream(stream, rows, messages);
        }
        for (Class<?> step : new Class<?>[] {
            PGReplicationConnection.class, ChainedStreamBuilder.class, ChainedLogicalStreamBuilder.class
        }) {
            if (step.isInstance(result)) {
                return proxy((proxy, method, arguments) -> counted(call(result, method, arguments)), step);
            }
        }
        return result;
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
