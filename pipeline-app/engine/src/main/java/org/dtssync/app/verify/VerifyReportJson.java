package org.dtssync.app.verify;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/** Writes and reads a report as the JSON that other programs rely on. Stateless. */
public final class VerifyReportJson {

    private VerifyReportJson() {}

    /** Returns the report as one JSON object on one line, by the contract of the command line. */
    public static String render(VerifyReport report) {
        return render(report, false);
    }

    /** Returns the report with what the command line's text shows in addition: the slices. */
    public static String renderWhole(VerifyReport report) {
        return render(report, true);
    }

    private static String render(VerifyReport report, boolean whole) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("lsn", report.lsn().toString());
            json.writeArrayFieldStart("tables");
            for (TableResult table : report.tables()) {
                write(json, table, whole);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("differences");
            for (Difference difference : report.differences()) {
                write(json, difference);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /**
     * Parses the output of {@link #renderWhole}.
     *
     * @throws UncheckedIOException if it is something else
     */
    public static VerifyReport parse(String json) {
        try {
            JsonNode root = new ObjectMapper().readTree(json);
            List<TableResult> tables = new ArrayList<>();
            root.get("tables").forEach(table -> tables.add(table(table)));
            List<Difference> differences = new ArrayList<>();
            Map<String, TableName> names = names(tables);
            root.get("differences").forEach(difference -> differences.add(difference(difference, names)));
            return new VerifyReport(Lsn.parse(root.get("lsn").asText()), tables, differences);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TableResult table(JsonNode table) {
        return new TableResult(
                new TableName(table.get("schema").asText(), table.get("table").asText()),
                table.get("rows").asLong(),
                table.path("chunks").asInt(),
                table.get("equal").asBoolean(),
                table.get("missing").asLong(),
                table.get("extra").asLong(),
                table.get("changed").asLong());
    }

    /** A difference names its table in one text, in which a dot may belong to the schema's name or the table's. */
    private static Map<String, TableName> names(List<TableResult> tables) {
        Map<String, TableName> names = new HashMap<>();
        // If two tables have the same text, the one that differs is meant.
        tables.stream().filter(TableResult::equal).forEach(result -> names.put(spelled(result), result.table()));
        tables.stream().filter(result -> !result.equal()).forEach(result -> names.put(spelled(result), result.table()));
        return names;
    }

    private static String spelled(TableResult result) {
        return result.table().toString();
    }

    private static Difference difference(JsonNode difference, Map<String, TableName> names) {
        List<String> columns = new ArrayList<>();
        difference.get("columns").forEach(column -> columns.add(column.asText()));
        return new Difference(
                names.get(difference.get("table").asText()),
                difference.get("key").asText(),
                Difference.Kind.valueOf(difference.get("kind").asText().toUpperCase(Locale.ROOT)),
                columns);
    }

    private static void write(JsonGenerator json, TableResult result, boolean whole) throws IOException {
        json.writeStartObject();
        json.writeStringField("schema", result.table().schema());
        json.writeStringField("table", result.table().table());
        json.writeNumberField("rows", result.rows());
        if (whole) {
            json.writeNumberField("chunks", result.chunks());
        }
        json.writeBooleanField("equal", result.equal());
        json.writeNumberField("missing", result.missing());
        json.writeNumberField("extra", result.extra());
        json.writeNumberField("changed", result.changed());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Difference difference) throws IOException {
        json.writeStartObject();
        json.writeStringField("table", difference.table().toString());
        json.writeStringField("key", difference.key());
        json.writeStringField("kind", difference.kind().label());
        json.writeArrayFieldStart("columns");
        for (String column : difference.columns()) {
            json.writeString(column);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
