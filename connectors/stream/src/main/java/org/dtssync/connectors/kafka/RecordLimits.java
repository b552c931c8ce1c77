package org.dtssync.connectors.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * How large a record may be on its way into a topic: the limits that can refuse one. A replica's and a consumer's fetch
 * sizes are not among them, since both accept a first record that is larger. Immutable.
 *
 * @param limits each limit by the setting it comes from
 */
public record RecordLimits(List<Limit> limits) {

    /** Producer default, unless the task file sets it. */
    public static final Map<String, String> PRODUCER_DEFAULTS =
            Map.of("max.request.size", "67108864", "buffer.memory", "67108864");

    /** Topic default, unless the task file sets it. */
    public static final Map<String, String> TOPIC_DEFAULTS = Map.of("max.message.bytes", "67108864");

    private static final long STEP = 16L << 20;

    /** Where a limit is set. */
    public enum Place {
        /** Section {@code kafka} of the task file. */
        KAFKA,
        /** Section {@code topics.config} of the task file. */
        TOPIC,
        /** The brokers' own configuration. */
        BROKER
    }

    /**
     * One limit.
     *
     * @param place where it is set
     * @param setting its name
     * @param bytes the largest record it allows, in bytes
     */
    public record Limit(Place place, String setting, long bytes) {}

    /** Copies the limits. */
    public RecordLimits {
        limits = List.copyOf(limits);
    }

    /**
     * Collects the limits of a task.
     *
     * @param kafka section {@code kafka} of the task file
     * @param topicConfig section {@code topics.config} of the task file
     * @param brokerRequestBytes the brokers' {@code socket.request.max.bytes}; empty if unknown
     */
    public static RecordLimits of(
            Map<String, String> kafka, Map<String, String> topicConfig, OptionalLong brokerRequestBytes) {
        List<Limit> limits = new ArrayList<>();
        for (String setting : List.of("max.request.size", "buffer.memory")) {
            limits.add(new Limit(Place.KAFKA, setting, effective(kafka, PRODUCER_DEFAULTS, setting)));
        }
        limits.add(new Limit(Place.TOPIC, "max.message.bytes", topicBytes(topicConfig)));
        brokerRequestBytes.ifPresent(bytes -> limits.add(new Limit(Place.BROKER, "socket.request.max.bytes", bytes)));
        return new RecordLimits(limits);
    }

    /** Returns the {@code max.message.bytes} that the task file sets for topics. */
    public static long topicBytes(Map<String, String> topicConfig) {
        return effective(topicConfig, TOPIC_DEFAULTS, "max.message.bytes");
    }

    private static long effective(Map<String, String> given, Map<String, String> defaults, String setting) {
        String usual = Objects.requireNonNull(defaults.get(setting), "Each of these settings has a default.");
        String text = given.getOrDefault(setting, usual).strip();
        // Kafka itself rejects a value that is not a number, with its own message.
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : Long.parseLong(usual);
    }

    /** Returns the limit that refuses first. */
    public Limit smallest() {
        return limits.stream().min(Comparator.comparingLong(Limit::bytes)).orElseThrow();
    }

    /** Returns the smallest limit that a record of this size, in bytes, exceeds; empty if it exceeds none. */
    public Optional<Limit> refusing(long bytes) {
        return Optional.of(smallest()).filter(limit -> bytes > limit.bytes());
    }

    /** Returns the limit of a place; of several the first. */
    public Limit limit(Place place) {
        return limits.stream()
                .filter(limit -> limit.place() == place)
                .findFirst()
                .orElseThrow();
    }

    /** Returns the largest record that a place allows, in bytes. */
    public long bytes(Place place) {
        return limit(place).bytes();
    }

    /** Returns the limits of the other places. */
    public RecordLimits withoutPlace(Place place) {
        return new RecordLimits(
                limits.stream().filter(limit -> limit.place() != place).toList());
    }

    /** Returns what to set so that a record of this size, in bytes, passes: each setting that is too small, where it belongs. */
    public String remedy(long bytes) {
        long wanted = (bytes / STEP + 1) * STEP;
        Map<Place, String> settings = new LinkedHashMap<>();
        for (Place place : Place.values()) {
            String text = limits.stream()
                    .filter(limit -> limit.place() == place && limit.bytes() < wanted)
                    .map(limit -> limit.setting() + ": " + wanted)
                    .collect(Collectors.joining(", "));
            if (!text.isEmpty()) {
                settings.put(place, text);
            }
        }
        return settings.entrySet().stream().map(RecordLimits::line).collect(Collectors.joining("\n"));
    }

    private static String line(Map.Entry<Place, String> entry) {
        return switch (entry.getKey()) {
            case KAFKA -> "kafka: { " + entry.getValue() + " }";
            case TOPIC -> "topics: { config: { " + entry.getValue() + " } }";
            case BROKER -> entry.getValue().replace(": ", "=") + " -- in the brokers' server.properties";
        };
    }

    /** Prints a size for people, with one decimal, in bytes, kB, MB or GB of 1024 each. */
    public static String text(long bytes) {
        String[] units = {"bytes", "kB", "MB", "GB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }
}
