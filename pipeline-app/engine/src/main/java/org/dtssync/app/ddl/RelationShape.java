package org.dtssync.app.ddl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a table or partition as the recorder keeps it. Immutable.
 *
 * @param json what {@code relation_state} returned
 */
public record RelationShape(JsonNode json) {

    /** What must be equal whatever the versions of the servers. The replica identity is each server's own. */
    private static final List<String> COMPARED =
            List.of("kind", "persistence", "owner", "partition key", "parent", "bound");

    /** What versions may print in other words. */
    private static final List<String> PRINTED = List.of("default", "generated");

    /** What returns the shape of a table at a destination. */
    static final String FUNCTION = "dts_sync.applied_state";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads the shape of a table at a destination that was prepared for it; null if it does not exist. */
    static @Nullable RelationShape at(Connection destination, TableName table) throws SQLException {
        try (PreparedStatement statement =
                destination.prepareStatement("SELECT " + FUNCTION + "(to_regclass(?))::text")) {
            statement.setString(1, table.sql());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                String json = rows.getString(1);
                return json == null ? null : new RelationShape(JSON.readTree(json));
            }
        } catch (JsonProcessingException e) {
            throw new SyncException(FaultKind.INTERNAL, "PostgreSQL returned JSON that cannot be read.", "", e);
        }
    }

    TableName name() {
        return new TableName(json.path("schema").asText(), json.path("name").asText());
    }

    List<JsonNode> columns() {
        return StreamSupport.stream(json.path("columns").spliterator(), false).toList();
    }

    /**
     * Returns how another table differs, each as a phrase.
     *
     * @param sameVersion whether both servers print expressions in the same words
     * @param owners whether owners are carried
     */
    List<String> differences(RelationShape other, boolean sameVersion, boolean owners) {
        List<String> found = differencesOfRows(other, sameVersion, owners);
        if (!isIdentity()) {
            compare("key", other, found);
        }
        json.path("constraints").properties().forEach(constraint -> {
            JsonNode there = other.json.path("constraints").path(constraint.getKey());
            if (there.isMissingNode() || (sameVersion && !there.equals(constraint.getValue()))) {
                found.add("constraint " + constraint.getKey() + " is missing or another one");
            }
        });
        other.json.path("constraints").properties().forEach(constraint -> {
            if (json.path("constraints").path(constraint.getKey()).isMissingNode()) {
                found.add("constraint " + constraint.getKey() + " is too many");
            }
        });
        return found;
    }

    /** Returns the same, but for constraints other than the primary key. */
    List<String> differencesOfRows(RelationShape other, boolean sameVersion, boolean owners) {
        List<String> found = new ArrayList<>();
        for (String property : COMPARED) {
            if (owners || !property.equals("owner")) {
                compare(property, other, found);
            }
        }
        if (isIdentity()) {
            compare("key", other, found);
        }
        compareColumns(other, sameVersion, found);
        return found;
    }

    /** Whether rows are found by the primary key; one that is not is made once the rows are there. */
    private boolean isIdentity() {
        return json.path("identity").equals(json.path("key"));
    }

    private void compare(String property, RelationShape other, List<String> found) {
        if (!json.path(property).equals(other.json.path(property))) {
            found.add(property + " is " + other.json.path(property) + " instead of " + json.path(property));
        }
    }

    /** Returns statements that remove the constraints other than the primary key which this table has and did not have before. */
    List<String> withoutConstraintsSince(RelationShape before) {
        List<String> statements = new ArrayList<>();
        json.path("constraints").properties().forEach(constraint -> {
            boolean isNew =
                    before.json.path("constraints").path(constraint.getKey()).isMissingNode();
            if (isNew && !constraint.getValue().asText().startsWith("PRIMARY KEY")) {
                statements.add("ALTER TABLE " + name().sql() + " DROP CONSTRAINT IF EXISTS "
                        + Identifiers.quote(constraint.getKey()));
            }
        });
        return statements;
    }

    private void compareColumns(RelationShape other, boolean sameVersion, List<String> found) {
        List<JsonNode> mine = columns();
        List<JsonNode> theirs = other.columns();
        if (!names(mine).equals(names(theirs))) {
            found.add("columns are " + names(theirs) + " instead of " + names(mine));
            return;
        }
        for (int i = 0; i < mine.size(); i++) {
            JsonNode column = mine.get(i);
            JsonNode there = theirs.get(i);
            for (String property : List.of("type", "not null", "identity", "collation")) {
                if (!Objects.equals(column.path(property), there.path(property))) {
                    found.add(property + " of column " + column.path("name").asText() + " differs");
                }
            }
            for (String property : PRINTED) {
                boolean present = column.has(property) == there.has(property);
                if (!present || (sameVersion && !column.path(property).equals(there.path(property)))) {
                    found.add(property + " of column " + column.path("name").asText() + " differs");
                }
            }
        }
    }

    private static List<String> names(List<JsonNode> columns) {
        return columns.stream().map(column -> column.path("name").asText()).toList();
    }

    /** Returns statements that add the constraints which another table lacks. */
    List<String> missingConstraints(RelationShape other) {
        List<String> statements = new ArrayList<>();
        json.path("constraints").properties().forEach(constraint -> {
            if (other.json.path("constraints").path(constraint.getKey()).isMissingNode()) {
                statements.add("ALTER TABLE " + name().sql() + " ADD CONSTRAINT "
                        + Identifiers.quote(constraint.getKey()) + " "
                        + constraint.getValue().asText());
            }
        });
        return statements;
    }

    /**
     * Returns statements that let columns have nulls, or forbid them, as at the source: from version 18 on a column of a table that inherits keeps a
     * constraint of its own where another version has dropped it together with its parent's.
     */
    List<String> otherNulls(RelationShape other) {
        Map<String, JsonNode> there = other.columns().stream()
                .collect(Collectors.toMap(column -> column.path("name").asText(), column -> column));
        List<String> statements = new ArrayList<>();
        for (JsonNode column : columns()) {
            String name = column.path("name").asText();
            JsonNode same = there.get(name);
            if (same != null && column.has("not null") != same.has("not null")) {
                statements.add("ALTER TABLE " + name().sql() + " ALTER COLUMN " + Identifiers.quote(name)
                        + (column.has("not null") ? " SET" : " DROP") + " NOT NULL");
            }
        }
        return statements;
    }

    /** Returns a statement that gives the table the owner it has at the source. */
    List<String> otherOwner(RelationShape other) {
        JsonNode owner = json.path("owner");
        return owner.equals(other.json.path("owner"))
                ? List.of()
                : List.of("ALTER TABLE " + name().sql() + " OWNER TO " + Identifiers.quote(owner.asText()));
    }

    private boolean isPartitioned() {
        return json.path("kind").asText().equals("p");
    }

    /** Returns whether a column has a value for rows from before it was added. */
    boolean hasMissingValues() {
        return columns().stream().anyMatch(column -> column.has("missing"));
    }

    /**
     * Returns statements that give rows from before a command added a column the value they have at the source: a default such as
     * {@code now()} is another one here. The source keeps that value for long after, when rows have others, so no column counts that was
     * here before.
     *
     * @param before this table here before the command
     * @param after the same behind it
     */
    List<String> valuesOfAdded(RelationShape before, RelationShape after) {
        int last = before.columns().stream()
                .mapToInt(column -> column.path("number").asInt())
                .max()
                .orElse(0);
        Map<String, JsonNode> added = after.columns().stream()
                .filter(column -> column.path("number").asInt() > last)
                .collect(Collectors.toMap(column -> column.path("name").asText(), column -> column));
        List<String> statements = new ArrayList<>();
        for (JsonNode column : columns()) {
            String name = column.path("name").asText();
            JsonNode there = added.get(name);
            if (there != null
                    && column.has("missing")
                    && !column.path("missing").equals(there.path("missing"))) {
                statements.add("UPDATE " + (isPartitioned() ? "" : "ONLY ") + name().sql() + " SET "
                        + Identifiers.quote(name) + " = "
                        + Identifiers.literal(column.path("missing").asText()));
            }
        }
        return statements;
    }

    /** Returns a statement that makes the table's columns, without anything that rows depend on. */
    String createColumns() {
        return create(columns().stream().map(RelationShape::typed).collect(Collectors.joining(", ")), "");
    }

    /**
     * Returns statements that make the whole table.
     *
     * @param sequences the names of sequences that the command made, with their schemas: those that its columns count with are made too
     * @param references whether with its foreign keys
     */
    String createWhole(List<String> sequences, boolean references) {
        StringBuilder before = new StringBuilder();
        StringBuilder after = new StringBuilder();
        List<String> parts = new ArrayList<>();
        for (JsonNode column : columns()) {
            parts.add(typed(column) + generated(column) + (column.has("not null") ? " NOT NULL" : ""));
            sequences.stream()
                    .filter(sequence -> column.path("default")
                            .asText()
                            .equals("nextval(" + Identifiers.literal(sequence) + "::regclass)"))
                    .forEach(sequence -> {
                        before.append("CREATE SEQUENCE %s AS %s;\n"
                                .formatted(sequence, column.path("type").asText()));
                        after.append(";\nALTER SEQUENCE %s OWNED BY %s.%s"
                                .formatted(
                                        sequence,
                                        name().sql(),
                                        Identifiers.quote(column.path("name").asText())));
                    });
        }
        json.path("constraints").properties().forEach(constraint -> {
            String text = constraint.getValue().asText();
            if (references || !text.startsWith("FOREIGN KEY")) {
                parts.add("CONSTRAINT " + Identifiers.quote(constraint.getKey()) + " " + text);
            }
        });
        JsonNode key = json.path("partition key");
        String table = create(String.join(", ", parts), key.isTextual() ? " PARTITION BY " + key.asText() : "");
        return before + table + after;
    }

    private String create(String parts, String ending) {
        boolean unlogged = json.path("persistence").asText().equals("u");
        return "CREATE " + (unlogged ? "UNLOGGED " : "") + "TABLE " + name().sql() + " (" + parts + ")" + ending;
    }

    private static String typed(JsonNode column) {
        return Identifiers.quote(column.path("name").asText()) + " "
                + column.path("type").asText()
                + (column.has("collation")
                        ? " COLLATE " + column.path("collation").asText()
                        : "");
    }

    private static String generated(JsonNode column) {
        if (column.has("generated")) {
            String[] parts = column.path("generated").asText().split(":", 2);
            return " GENERATED ALWAYS AS (" + parts[1] + ")" + (parts[0].equals("v") ? " VIRTUAL" : " STORED");
        }
        if (column.has("identity")) {
            boolean always = column.path("identity").asText().equals("a");
            return " GENERATED " + (always ? "ALWAYS" : "BY DEFAULT") + " AS IDENTITY";
        }
        return column.has("default") ? " DEFAULT " + column.path("default").asText() : "";
    }
}
