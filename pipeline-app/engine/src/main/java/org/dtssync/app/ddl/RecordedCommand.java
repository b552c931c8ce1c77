package org.dtssync.app.ddl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code dts_sync.ddl}. Immutable.
 *
 * @param number its number; they rise within a transaction
 * @param event what it is about: {@code command}, {@code drop}, {@code rewrite}, {@code images}, {@code images end} or {@code failed}
 * @param tag the command's tag
 * @param textNumber the row that has the client's message
 * @param text the client's message; empty if another row of the transaction has it
 * @param context the frames above the command; empty at top level
 * @param role who ran it
 * @param path the schemas where names were looked up
 * @param settings what decides what the text means
 * @param objects what it made or changed
 * @param dropped what it dropped
 * @param relations the shape of each table it concerns, afterwards, by oid
 * @param definitions what PostgreSQL prints of indexes, views, triggers and constraints, by oid
 * @param effects what the source did about it
 * @param error why it could not be recorded; empty if it was
 */
public record RecordedCommand(
        long number,
        String event,
        String tag,
        long textNumber,
        Optional<String> text,
        Optional<String> context,
        Optional<String> role,
        List<String> path,
        Map<String, String> settings,
        List<JsonNode> objects,
        List<JsonNode> dropped,
        Map<String, JsonNode> relations,
        Map<String, String> definitions,
        JsonNode effects,
        Optional<String> error) {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String PUBLISHED = "published ";

    /** Copies the collections. */
    public RecordedCommand {
        path = List.copyOf(path);
        settings = Map.copyOf(settings);
        objects = List.copyOf(objects);
        dropped = List.copyOf(dropped);
        relations = Map.copyOf(relations);
        definitions = Map.copyOf(definitions);
    }

    /** The columns that are read, which {@link #of} expects as texts; the path as a JSON array. */
    public static final String COLUMNS =
            "number, event, tag, text_number, text, context, role, to_jsonb(path) AS path, settings, objects, dropped, relations,"
                    + " definitions, effects, error";

    /** Returns a row whose columns are texts. */
    public static RecordedCommand of(Map<String, @Nullable String> row) {
        long number = Long.parseLong(required(row, "number"));
        Map<String, JsonNode> relations = new TreeMap<>();
        json(row, "relations").properties().forEach(field -> relations.put(field.getKey(), field.getValue()));
        return new RecordedCommand(
                number,
                required(row, "event"),
                required(row, "tag"),
                optional(row, "text_number").map(Long::parseLong).orElse(number),
                optional(row, "text"),
                optional(row, "context"),
                optional(row, "role"),
                list(row, "path").stream().map(JsonNode::asText).toList(),
                texts(row, "settings"),
                list(row, "objects"),
                list(row, "dropped"),
                relations,
                texts(row, "definitions"),
                json(row, "effects"),
                optional(row, "error"));
    }

    private static Optional<String> optional(Map<String, @Nullable String> row, String column) {
        return Optional.ofNullable(row.get(column));
    }

    private static String required(Map<String, @Nullable String> row, String column) {
        return optional(row, column)
                .orElseThrow(() -> new SyncException(
                        FaultKind.DATA,
                        "A row of dts_sync.ddl has no " + column + ".",
                        "Only dts-sync may write to it."));
    }

    private static JsonNode json(Map<String, @Nullable String> row, String column) {
        try {
            return optional(row, column).isPresent() ? JSON.readTree(required(row, column)) : MissingNode.getInstance();
        } catch (JsonProcessingException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "Column " + column + " of a row of dts_sync.ddl is not JSON.",
                    "Only dts-sync may write to it.",
                    e);
        }
    }

    private static List<JsonNode> list(Map<String, @Nullable String> row, String column) {
        List<JsonNode> list = new ArrayList<>();
        json(row, column).forEach(list::add);
        return list;
    }

    private static Map<String, String> texts(Map<String, @Nullable String> row, String column) {
        Map<String, String> texts = new TreeMap<>();
        json(row, column).properties().forEach(field -> {
            if (!field.getValue().isNull()) {
                texts.put(field.getKey(), field.getValue().asText());
            }
        });
        return texts;
    }

    /** Returns the names of the columns. */
    public static List<String> columns() {
        return List.of(
                "number",
                "xid",
                "message_at",
                "event",
                "tag",
                "text_number",
                "text",
                "ordinal",
                "context",
                "role",
                "session",
                "path",
                "settings",
                "objects",
                "dropped",
                "relations",
                "definitions",
                "effects",
                "error");
    }

    /** Returns whether this is a command, and not a part of one or the image of rows. */
    public boolean isCommand() {
        return event.equals("command") || isDrop() || event.equals("failed");
    }

    /** Returns the tables and partitions as it left them. */
    public List<CommandTable> tables() {
        return relations.entrySet().stream()
                .map(entry -> new CommandTable(entry.getKey(), new RelationShape(entry.getValue())))
                .toList();
    }

    /** Returns the object identifiers of the tables and partitions that are gone, as text. */
    public List<String> droppedTables() {
        return dropped.stream()
                .filter(object -> object.path("type").asText().equals("table"))
                .map(object -> object.path("oid").asText())
                .toList();
    }

    /** Returns what it made, changed or dropped, by name. */
    public List<String> objectNames() {
        return Stream.concat(
                        objects.stream(),
                        dropped.stream()
                                .filter(object -> object.path("original").asBoolean()))
                .map(object -> object.path("identity").asText())
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    /** Returns the table whose rows follow as images; only of a row that announces them. */
    public TableName imaged() {
        JsonNode table = objects.get(0);
        return new TableName(table.path("schema").asText(), table.path("name").asText());
    }

    /**
     * Returns the entry of a table in a task's publication, if the command made one.
     *
     * @param follower the database that follows
     * @throws SyncException of kind SHAPE_CHANGED if it could not be made
     */
    public Optional<String> publication(String task, CommandTable table, End follower) {
        JsonNode entry = effects.path("tasks").path(task).path(table.oid());
        if (!entry.isTextual()) {
            return Optional.empty();
        }
        if (!entry.asText().startsWith(PUBLISHED)) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Table " + table.name() + " is new and could not be published in the transaction that made it ("
                            + entry.asText() + "), so its rows are missing from the stream.",
                    "Create it at the " + follower + " too and run with --resnapshot " + table.name()
                            + ", or add it to objects.exclude.");
        }
        return Optional.of(entry.asText().substring(PUBLISHED.length()));
    }

    /** Returns whether strings of the text have backslashes as ordinary letters. */
    public boolean standardStrings() {
        return "on".equals(settings.getOrDefault("standard_conforming_strings", "on"));
    }

    /** Returns whether this says what DROP OWNED has dropped; the row of the command itself follows, and does not say it. */
    public boolean dropsOwned() {
        return event.equals("drop") && tag.equals("DROP OWNED");
    }

    /** Returns whether this is a command that drops, whose own row is that of the drop. */
    public boolean isDrop() {
        return event.equals("drop") && tag.startsWith("DROP ") && !tag.equals("DROP OWNED");
    }
}
