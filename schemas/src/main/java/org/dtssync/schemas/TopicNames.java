package org.dtssync.schemas;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Names of a task's topics, and the reversible escape for characters that topics and Avro names do not allow.
 *
 * <p>A character outside {@code [A-Za-z0-9_]} becomes {@code _xHHHH_} (its UTF-16 code unit in four hexadecimal digits); an
 * underscore that would start such a sequence by itself is escaped too, so that two different names never collide.
 *
 * <p>The task's own topics, which have no changes of the user's tables, are apart from those that have: a consumer subscribes to
 * {@code <task>\\..*}.
 *
 * @param task the task's name
 * @param layout where the task's own topics are
 */
public record TopicNames(String task, Layout layout) {

    /** Longest topic name that Kafka allows. */
    public static final int MAX_LENGTH = 249;

    private static final String APART = "__dts_sync.";

    private static final String CUTS = "cuts";

    /** A name in Avro may not begin with a digit. */
    private static final String BASE = ".base.c";

    /** Where the topics of a task are that are not those of the user's tables. A task keeps the layout it began with. */
    public enum Layout {
        /** Next to those of the tables, as earlier releases have them: {@code <task>.cuts}, {@code <task>.dts_sync.heartbeat}. */
        TOGETHER,
        /** Under a prefix of their own: {@code __dts_sync.<task>.cuts}, {@code __dts_sync.<task>.heartbeat}. */
        APART
    }

    /** Names of a task that begins. */
    public TopicNames(String task) {
        this(task, Layout.APART);
    }

    /** Returns the same task's names in another layout. */
    public TopicNames in(Layout other) {
        return new TopicNames(task, other);
    }

    /**
     * Returns the same task's names in the layout that its topics have, where its state cannot be asked. A consumer may have made a topic by
     * asking for it: where both layouts are there, the one that has cuts counts.
     *
     * @param topics the topics that exist
     * @param written whether a topic has had a record
     */
    public TopicNames found(Set<String> topics, Predicate<String> written) {
        TopicNames earlier = in(Layout.TOGETHER);
        TopicNames apart = in(Layout.APART);
        if (!topics.contains(earlier.cuts())) {
            return apart;
        }
        boolean isApart =
                topics.contains(apart.cuts()) && (written.test(apart.cuts()) || !written.test(earlier.cuts()));
        return isApart ? apart : earlier;
    }

    /** Returns the topic of a table; those of schema {@code dts_sync} are the task's own. */
    public String table(String schema, String table) {
        return schema.equals(StateMigrations.SCHEMA) && layout == Layout.APART
                ? own(escape(table))
                : task + "." + escape(schema) + "." + escape(table);
    }

    private String own(String name) {
        return (layout == Layout.APART ? APART : "") + task + "." + name;
    }

    /**
     * Reverses {@link #table}.
     *
     * @throws IllegalArgumentException if the topic is not one of a table of this task
     */
    public TopicTable tableOf(String topic) {
        if (isApart(topic) && !topic.equals(cuts())) {
            return new TopicTable(
                    StateMigrations.SCHEMA, unescape(topic.substring(APART.length() + task.length() + 1)));
        }
        int dot = topic.indexOf('.', task.length() + 1);
        if (!topic.startsWith(task + ".") || dot < 0) {
            throw new IllegalArgumentException("'" + topic + "' is not the topic of a table of task " + task);
        }
        return new TopicTable(unescape(topic.substring(task.length() + 1, dot)), unescape(topic.substring(dot + 1)));
    }

    /** Returns the topic of the cuts. */
    public String cuts() {
        return own(CUTS);
    }

    /**
     * Returns the topic of the commands that changed the structure: the rows of the table in which the source records them. A cut
     * that touches it has a single source transaction.
     */
    public String commands() {
        return table(StateMigrations.SCHEMA, "ddl");
    }

    /** Returns the topic of the bases that are in topics: a record for each that is complete. */
    public String bases() {
        return APART + task + ".bases";
    }

    /** Returns the topic of a table in the base of a cut. */
    public String base(long cut, String schema, String table) {
        return APART + task + BASE + cut + "." + escape(schema) + "." + escape(table);
    }

    /** Returns the number of the cut whose base a topic belongs to; empty if it is another topic. */
    public OptionalLong baseOf(String topic) {
        String prefix = APART + task + BASE;
        int end = topic.indexOf('.', prefix.length());
        String number = topic.startsWith(prefix) && end > 0 ? topic.substring(prefix.length(), end) : "";
        return number.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(number)) : OptionalLong.empty();
    }

    /** Returns what the names of the task's topics begin with, in this layout. */
    public List<String> prefixes() {
        return layout == Layout.APART ? List.of(task + ".", APART + task + ".") : List.of(task + ".");
    }

    /** Returns whether a topic is one of this task's, in whichever layout. */
    public boolean isOurs(String topic) {
        return topic.startsWith(task + ".") || isApart(topic);
    }

    private boolean isApart(String topic) {
        return topic.startsWith(APART) && topic.startsWith(task + ".", APART.length());
    }

    /** Escapes one name for a topic or for Avro. */
    public static String escape(String name) {
        StringBuilder escaped = null;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = c == '_' ? !looksEscaped(name, i) : isPlain(c, i);
            if (!plain && escaped == null) {
                escaped = new StringBuilder(name.length() + 16).append(name, 0, i);
            }
            if (escaped != null) {
                if (plain) {
                    escaped.append(c);
                } else {
                    escaped.append(String.format("_x%04x_", (int) c));
                }
            }
        }
        return escaped == null ? name : escaped.toString();
    }

    /** Reverses {@link #escape}. */
    public static String unescape(String escaped) {
        if (!escaped.contains("_x")) {
            return escaped;
        }
        StringBuilder name = new StringBuilder(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '_' && looksEscaped(escaped, i)) {
                name.append((char) Integer.parseInt(escaped.substring(i + 2, i + 6), 16));
                i += 6;
            } else {
                name.append(escaped.charAt(i));
            }
        }
        return name.toString();
    }

    /** A digit may not come first in an Avro name. */
    private static boolean isPlain(char c, int position) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && position > 0);
    }

    private static boolean looksEscaped(String name, int start) {
        if (start + 6 >= name.length() || name.charAt(start + 1) != 'x' || name.charAt(start + 6) != '_') {
            return false;
        }
        for (int i = start + 2; i < start + 6; i++) {
            if (Character.digit(name.charAt(i), 16) < 0 || name.charAt(i) > 'f') {
                return false;
            }
        }
        return true;
    }
}
