package org.dtssync.app.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes each event as one JSON object on one line: {@code timestamp} (RFC 3339, UTC), {@code level}, {@code logger}, {@code thread},
 * {@code message}, {@code task} and {@code phase} as far as known, the fields of the message, and {@code cause} with
 * {@code trace_file} for an unexpected error. Thread-safe.
 */
public final class JsonLines extends EncoderBase<ILoggingEvent> {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** Our fields must not replace them. */
    private static final Set<String> RESERVED = Set.of("timestamp", "level", "logger", "thread", "message");

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        LogLine line = LogLine.of(event);
        StringBuilder json = new StringBuilder(256).append('{');
        text(json, "timestamp", TIME.format(Instant.ofEpochMilli(event.getTimeStamp())));
        text(json, "level", event.getLevel().toString());
        text(json, "logger", event.getLoggerName());
        text(json, "thread", event.getThreadName());
        text(json, "message", line.sentence());
        Map<String, String> context = event.getLoggerContextVO().getPropertyMap();
        for (String name : new String[] {LogOutput.TASK, LogOutput.PHASE}) {
            String value = context.get(name);
            if (value != null && !line.fields().containsKey(name)) {
                text(json, name, value);
            }
        }
        line.fields().forEach((name, value) -> field(json, RESERVED.contains(name) ? name + "_" : name, value));
        IThrowableProxy error = event.getThrowableProxy();
        if (error != null) {
            text(json, "cause", TraceFile.summary(error));
            TraceFile.write(event).ifPresent(file -> text(json, "trace_file", file.toString()));
        }
        return json.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void field(StringBuilder json, String name, Object value) {
        value(name(json, name), value);
    }

    private static void value(StringBuilder json, @Nullable Object value) {
        if (value instanceof Collection<?> list) {
            json.append('[');
            String before = "";
            for (Object each : list) {
                value(json.append(before), each);
                before = ",";
            }
            json.append(']');
        } else if (value instanceof Map<?, ?> map) {
            json.append('{');
            String before = "";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                quote(json.append(before), String.valueOf(entry.getKey()));
                value(json.append(':'), entry.getValue());
                before = ",";
            }
            json.append('}');
        } else if (value == null) {
            json.append("null");
        } else if (LogLine.isText(value)) {
            quote(json, value.toString());
        } else {
            json.append(value);
        }
    }

    private static void text(StringBuilder json, String name, String value) {
        quote(name(json, name), value);
    }

    private static StringBuilder name(StringBuilder json, String name) {
        if (json.length() > 1) {
            json.append(',');
        }
        quote(json, name);
        return json.append(':');
    }

    private static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    // Line separators too: some collectors end a line there. A lone surrogate is no UTF-8.
                    if (c < ' ' || c == '\u2028' || c == '\u2029' || isLone(text, i)) {
                        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }

    private static boolean isLone(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
