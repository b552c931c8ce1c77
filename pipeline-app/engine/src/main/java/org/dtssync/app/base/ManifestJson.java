package org.dtssync.app.base;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.state.RecordedShape;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/** The form of a manifest in its file. Fields are added, never renamed or removed. Stateless. */
final class ManifestJson {

    private static final int FORMAT = 1;

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ManifestJson() {}

    static String write(BaseManifest manifest) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT)
                .put("task", manifest.task())
                .put("program", manifest.program())
                .put("taken_at", manifest.takenAt().toString());
        root.set("cut", cut(manifest.cut()));
        ArrayNode tables = root.putArray("tables");
        manifest.tables().forEach(table -> tables.add(table(table)));
        ArrayNode objects = root.putArray("objects");
        manifest.objects().forEach(object -> objects.add(object(object)));
        return text(root);
    }

    /** Returns the tables that were finished so far, each with the cut it is exact at. */
    static String write(String task, List<FinishedTable> finished) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT).put("task", task);
        ArrayNode tables = root.putArray("finished");
        for (FinishedTable each : finished) {
            ObjectNode node = tables.addObject();
            node.set("cut", cut(each.cut()));
            node.set("table", table(each.table()));
        }
        return text(root);
    }

    private static String text(ObjectNode root) {
        try {
            return MAPPER.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of texts and numbers can always be written", e);
        }
    }

    private static ObjectNode cut(BaseCut cut) {
        return MAPPER.createObjectNode()
                .put("number", cut.number())
                .put("lsn", cut.lsn().toString())
                .put("offset", cut.offset())
                .put("commit_time_micros", cut.commitTimeMicros().orElse(null))
                .put("digest", cut.digest().orElse(null))
                .put("system_identifier", cut.systemIdentifier());
    }

    private static ObjectNode table(BaseTable table) {
        ObjectNode node = name(table.table());
        texts(node, "key", table.keyColumns());
        ArrayNode columns = node.putArray("columns");
        table.columns()
                .forEach(column -> columns.addObject()
                        .put("name", column.name())
                        .put("type", column.type())
                        .put("type_name", column.typeName()));
        node.put("rows", table.rows()).put("digest", table.digest());
        RecordedShape shape = table.shape();
        node.put("structure", shape.structure())
                .put("earlier_structure", shape.earlier().orElse(null))
                .put("changed_at", shape.changedAt().toString())
                .put("apply_after", shape.applyAfter().toString());
        ArrayNode files = node.putArray("files");
        table.files()
                .forEach(file -> files.addObject()
                        .put("name", file.name())
                        .put("rows", file.rows())
                        .put("bytes", file.bytes())
                        .put("sha256", file.sha256()));
        return node;
    }

    private static ObjectNode name(TableName table) {
        return MAPPER.createObjectNode().put("schema", table.schema()).put("table", table.table());
    }

    private static void texts(ObjectNode node, String field, Optional<List<String>> texts) {
        if (texts.isEmpty()) {
            node.putNull(field);
        } else {
            ArrayNode array = node.putArray(field);
            texts.get().forEach(array::add);
        }
    }

    private static ObjectNode object(StructureObject object) {
        ObjectNode node = MAPPER.createObjectNode()
                .put("ordinal", object.ordinal())
                .put("name", object.name())
                .put("kind", object.kind())
                .put("section", object.section().label());
        ArrayNode tables = node.putArray("tables");
        object.tables().forEach(table -> tables.add(name(table)));
        return node.put("statement", object.statement());
    }

    /**
     * Reads a manifest.
     *
     * @throws IllegalArgumentException if it is none
     */
    static BaseManifest read(String json) {
        JsonNode root = root(json);
        List<BaseTable> tables = new ArrayList<>();
        field(root, "tables").forEach(node -> tables.add(table(node)));
        List<StructureObject> objects = new ArrayList<>();
        field(root, "objects").forEach(node -> objects.add(object(node)));
        return new BaseManifest(
                text(root, "task"),
                text(root, "program"),
                Instant.parse(text(root, "taken_at")),
                cut(field(root, "cut")),
                tables,
                objects);
    }

    /**
     * Reads the tables that were finished.
     *
     * @param task of which they have to be
     * @throws IllegalArgumentException if they are of another one
     */
    static List<FinishedTable> finished(String task, String json) {
        JsonNode root = root(json);
        if (!text(root, "task").equals(task)) {
            throw new IllegalArgumentException("of task " + text(root, "task"));
        }
        List<FinishedTable> finished = new ArrayList<>();
        field(root, "finished")
                .forEach(node -> finished.add(new FinishedTable(cut(field(node, "cut")), table(field(node, "table")))));
        return finished;
    }

    private static JsonNode root(String json) {
        try {
            JsonNode root = MAPPER.readTree(json);
            if (root.path("format").asInt() != FORMAT) {
                throw new IllegalArgumentException("another format");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static JsonNode field(JsonNode node, String name) {
        JsonNode field = node.get(name);
        if (field == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return field;
    }

    private static String text(JsonNode node, String name) {
        return field(node, name).asText();
    }

    private static Optional<String> optional(JsonNode node, String name) {
        return node.path(name).isTextual() ? Optional.of(node.get(name).asText()) : Optional.empty();
    }

    private static BaseCut cut(JsonNode node) {
        JsonNode micros = field(node, "commit_time_micros");
        return new BaseCut(
                field(node, "number").asLong(),
                Lsn.parse(text(node, "lsn")),
                field(node, "offset").asLong(),
                micros.isNumber() ? Optional.of(micros.asLong()) : Optional.empty(),
                optional(node, "digest"),
                text(node, "system_identifier"));
    }

    private static BaseTable table(JsonNode node) {
        Optional<List<String>> key = Optional.empty();
        if (field(node, "key").isArray()) {
            List<String> columns = new ArrayList<>();
            node.get("key").forEach(column -> columns.add(column.asText()));
            key = Optional.of(columns);
        }
        List<BaseColumn> columns = new ArrayList<>();
        field(node, "columns")
                .forEach(column -> columns.add(
                        new BaseColumn(text(column, "name"), text(column, "type"), text(column, "type_name"))));
        List<BaseFile> files = new ArrayList<>();
        field(node, "files")
                .forEach(file -> files.add(new BaseFile(
                        text(file, "name"),
                        field(file, "rows").asLong(),
                        field(file, "bytes").asLong(),
                        text(file, "sha256"))));
        return new BaseTable(
                name(node),
                key,
                columns,
                new RecordedShape(
                        text(node, "structure"),
                        optional(node, "earlier_structure"),
                        Lsn.parse(text(node, "changed_at")),
                        Lsn.parse(text(node, "apply_after"))),
                field(node, "rows").asLong(),
                text(node, "digest"),
                files);
    }

    private static TableName name(JsonNode node) {
        return new TableName(text(node, "schema"), text(node, "table"));
    }

    private static StructureObject object(JsonNode node) {
        List<TableName> tables = new ArrayList<>();
        field(node, "tables").forEach(table -> tables.add(name(table)));
        return new StructureObject(
                field(node, "ordinal").asInt(),
                text(node, "name"),
                text(node, "kind"),
                Section.of(text(node, "section")),
                tables,
                text(node, "statement"));
    }
}
