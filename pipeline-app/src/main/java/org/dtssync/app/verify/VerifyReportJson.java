package org.dtssync.app.verify;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes a report as the JSON that other programs rely on. Stateless. */
public final class VerifyReportJson {

    private VerifyReportJson() {}

    /** Returns the report as one JSON object on one line. */
    public static String render(VerifyReport report) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("lsn", report.lsn().toString());
            json.writeArrayFieldStart("tables");
            for (TableResult table : report.tables()) {
                write(json, table);
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

    private static void write(JsonGenerator json, TableResult result) throws IOException {
        json.writeStartObject();
        json.writeStringField("schema", result.table().schema());
        json.writeStringField("table", result.table().table());
        json.writeNumberField("rows", result.rows());
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
