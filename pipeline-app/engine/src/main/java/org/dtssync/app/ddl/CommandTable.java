package org.dtssync.app.ddl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/**
 * A table or partition as a command left it. Immutable.
 *
 * @param oid its object identifier, as text
 * @param shape its shape
 */
public record CommandTable(String oid, RelationShape shape) {

    /** Returns its name. */
    public TableName name() {
        return shape.name();
    }

    /** Returns the root of the partition tree it belongs to; empty if it is no partition. */
    public Optional<Root> root() {
        JsonNode root = shape.json().path("root");
        return root.isArray()
                ? Optional.of(new Root(
                        root.path(0).asText(),
                        new TableName(root.path(1).asText(), root.path(2).asText())))
                : Optional.empty();
    }

    /**
     * The root of a partition tree.
     *
     * @param oid its object identifier, as text
     * @param name its name
     */
    public record Root(String oid, TableName name) {}

    /** Returns whether its changes are in the log, and it has columns that are sent. */
    public boolean isSent() {
        return shape.json().path("persistence").asText().equals("p")
                && !columns().isEmpty();
    }

    /** Returns the columns of its replica identity; empty if it has none. */
    public Optional<List<String>> key() {
        JsonNode key = shape.json().path("identity");
        if (!key.isArray()) {
            return Optional.empty();
        }
        List<String> columns = new ArrayList<>();
        key.forEach(column -> columns.add(column.asText()));
        return Optional.of(columns);
    }

    /** Returns the columns that are sent, in table order. */
    public List<String> columns() {
        return shape.columns().stream()
                .filter(column -> !column.has("generated"))
                .map(column -> column.path("name").asText())
                .toList();
    }

    /** Returns what is known of the table itself, by property, in the words of a recorded shape. */
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        JsonNode json = shape.json();
        facts.put("oid", oid);
        facts.put("kind", json.path("kind").asText().equals("p") ? "partitioned table" : "table");
        facts.put("persistence", json.path("persistence").asText().equals("u") ? "unlogged" : "logged");
        if (json.path("partition key").isTextual()) {
            facts.put("partition key", json.path("partition key").asText());
        }
        key().ifPresent(key -> facts.put(
                "key", String.join(", ", key.stream().map(Identifiers::quote).toList())));
        return facts;
    }

    /** Returns the name of a partition in the words of its root's recorded shape. */
    public String reference() {
        return shape.json().path("reference").asText();
    }

    /** Returns what is known of a partition, by property, in the words of its root's recorded shape. */
    public Map<String, String> partitionFacts() {
        Map<String, String> facts = new LinkedHashMap<>(facts());
        facts.remove("kind");
        facts.put("parent", shape.json().path("parent").asText());
        facts.put("bound", shape.json().path("bound").asText());
        return facts;
    }

    /** Returns what is known of each column, by property. */
    public Map<String, Map<String, String>> columnFacts() {
        Map<String, Map<String, String>> facts = new LinkedHashMap<>();
        for (JsonNode column : shape.columns()) {
            Map<String, String> own = new LinkedHashMap<>();
            for (String property : List.of("number", "type", "type name", "default", "collation", "missing")) {
                if (column.has(property)) {
                    own.put(property, column.path(property).asText());
                }
            }
            if (column.has("not null")) {
                own.put("not null", "yes");
            }
            if (column.has("identity")) {
                own.put("identity", column.path("identity").asText().equals("a") ? "ALWAYS" : "BY DEFAULT");
            }
            if (column.has("generated")) {
                String[] parts = column.path("generated").asText().split(":", 2);
                own.put("generated", parts[1] + (parts[0].equals("v") ? " VIRTUAL" : " STORED"));
            }
            facts.put(column.path("name").asText(), own);
        }
        return facts;
    }
}
