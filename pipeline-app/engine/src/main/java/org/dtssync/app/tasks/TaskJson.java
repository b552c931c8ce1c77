package org.dtssync.app.tasks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.inventory.InventoryItem;
import org.dtssync.app.inventory.Verdict;
import org.dtssync.app.moving.Gate;
import org.dtssync.app.precheck.Advice;
import org.dtssync.app.precheck.PrecheckItem;
import org.dtssync.app.replay.ProofResult;
import org.dtssync.app.sequences.SequenceFinding;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.verify.Difference;
import org.dtssync.app.verify.TableResult;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * The JSON of the whole application: what the command line prints with {@code --json}, on which other programs rely, and what a
 * run keeps as the result of a command. Fields are added, never renamed or removed. Stateless.
 */
final class TaskJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private TaskJson() {}

    private static String write(ObjectNode root) {
        try {
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of texts and numbers can always be written", e);
        }
    }

    private static JsonNode read(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Returns a status. */
    static String status(TaskStatus status, boolean oneWay, BaseList bases, String ddlReason) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("task", status.progress().task());
        root.put("phase", status.progress().phase().label());
        root.put("source_lsn", status.sourceLsn().map(Lsn::toString).orElse(null));
        root.put("applied_lsn", status.appliedLsn().map(Lsn::toString).orElse(null));
        root.put("lag_ms", status.lagMillis().orElse(null));
        root.put("lag_bytes", status.lagBytes().orElse(null));
        ArrayNode tables = root.putArray("tables");
        for (TableProgress table : status.tables()) {
            tables.addObject()
                    .put("schema", table.table().schema())
                    .put("table", table.table().table())
                    .put("snapshot_rows", table.snapshotRows())
                    .put("estimated_rows", table.estimatedRows())
                    .put("state", table.state().label());
        }
        root.put("error", status.progress().error().orElse(null));
        root.put("running", status.running());
        if (oneWay) {
            root.put("one_way", true);
        }
        bases.newest().ifPresent(base -> root.set("newest_base", StateReports.base(bases, base)));
        status.holder()
                .ifPresent(holder -> root.putObject("run")
                        .put("host", holder.host().orElse(null))
                        .put("pid", holder.pid().orElse(null))
                        .put("version", holder.version().orElse(null))
                        .put("started_at", holder.startedAt().orElse(null))
                        .put("alive_at", holder.aliveAt()));
        if (status.progress().phase().isAfter(Phase.PREPARE)) {
            DdlJson.put(root.putObject("ddl"), status.ddl(), ddlReason);
        }
        return write(root);
    }

    /**
     * Returns {@code {"items":[{"id","object","result","message","remedy","phase","objects","server","sql","text"}]}}: {@code object} is
     * the first of the objects.
     */
    static String precheck(List<PrecheckItem> items) {
        ObjectNode root = MAPPER.createObjectNode();
        ArrayNode array = root.putArray("items");
        for (PrecheckItem item : items) {
            ObjectNode row = array.addObject();
            row.put("id", item.id())
                    .put("object", item.object())
                    .put("result", item.result().label())
                    .put("message", item.message())
                    .put("remedy", item.remedy())
                    .put("phase", item.stage().label());
            item.objects().forEach(row.putArray("objects")::add);
            row.put("server", item.advice().server().map(Advice.Place::label).orElse(null))
                    .put(
                            "sql",
                            item.advice().statements().isEmpty()
                                    ? null
                                    : item.advice().sql())
                    .put("text", item.advice().text());
        }
        return write(root);
    }

    /**
     * Returns the preconditions of a switch:
     * {@code {"direction","gates":[{"id","group","result","message","remedy","server","sql","text","measured","limit","unit"}]}}.
     */
    static String gates(String direction, List<Gate> gates) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("direction", direction);
        ArrayNode array = root.putArray("gates");
        for (Gate gate : gates) {
            array.addObject()
                    .put("id", gate.id())
                    .put("group", gate.group().label())
                    .put("result", gate.result().label())
                    .put("message", gate.message())
                    .put("remedy", gate.remedy())
                    .put("server", gate.server().isEmpty() ? null : gate.server())
                    .put("sql", gate.sql().isEmpty() ? null : gate.sql())
                    .put("text", gate.text())
                    .put("measured", gate.measure().map(Gate.Measure::value).orElse(null))
                    .put("limit", gate.measure().map(Gate.Measure::limit).orElse(null))
                    .put("unit", gate.measure().map(Gate.Measure::unit).orElse(null));
        }
        return write(root);
    }

    /**
     * Returns every object of the source:
     * {@code {"task","complete","counts":[{"kind",verdict...}],"objects":[{"kind","identity","verdict","reason","needed_by","remedy","count","within"}]}}.
     */
    static String evaluation(EvaluationReport report) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("task", report.task());
        root.put("complete", report.complete());
        ArrayNode kinds = root.putArray("counts");
        report.inventory().counts().forEach((kind, counts) -> {
            ObjectNode row = kinds.addObject().put("kind", kind);
            for (Verdict verdict : Verdict.values()) {
                row.put(verdict.label(), counts.getOrDefault(verdict, 0L));
            }
        });
        ArrayNode objects = root.putArray("objects");
        for (InventoryItem item : report.inventory().items()) {
            ObjectNode object = objects.addObject()
                    .put("kind", item.kind())
                    .put("identity", item.identity())
                    .put("verdict", item.verdict().label())
                    .put("reason", item.reason());
            ArrayNode users = object.putArray("needed_by");
            item.neededBy().forEach(users::add);
            object.put("remedy", item.sql().orElse(null))
                    .put("count", item.count())
                    .put("within", item.within().orElse(null));
        }
        return write(root);
    }

    /**
     * Returns what a proof found:
     * {@code {"result","from","to","cuts","records","first_fault":{"topic","offset","cut","what"},"tables":[],...}}.
     */
    static String proof(ProofReport report) {
        ProofResult result = report.result();
        ObjectNode root = MAPPER.createObjectNode();
        root.put("result", result.verdict().label());
        root.put("from", result.begin().map(ProofResult.ProvenCut::lsn).orElse(null));
        root.put("to", result.end().map(ProofResult.ProvenCut::lsn).orElse(null));
        root.put("cuts", result.cuts());
        root.put("records", result.records());
        root.set(
                "first_fault",
                result.firstFault()
                        .map(fault -> MAPPER.createObjectNode()
                                .put("topic", fault.topic())
                                .put("offset", fault.offset())
                                .put("cut", fault.cut())
                                .put("what", fault.what()))
                        .orElse(null));
        root.putArray("tables");
        root.put("task", result.task());
        root.set("first_cut", result.begin().map(TaskJson::provenCut).orElse(null));
        root.set("last_cut", result.end().map(TaskJson::provenCut).orElse(null));
        root.put("repeated_cuts", result.repeated());
        root.put("cuts_without_digest", result.earlier());
        root.put("whole_from", result.wholeFrom().orElse(null));
        root.put("statement", report.statement());
        root.put("signature", report.signature().orElse(null));
        return write(root);
    }

    private static ObjectNode provenCut(ProofResult.ProvenCut cut) {
        return MAPPER.createObjectNode()
                .put("number", cut.sequence())
                .put("lsn", cut.lsn())
                .put(
                        "commit_time",
                        cut.commitTimeMicros().map(CommitTimes::text).orElse(null))
                .put("digest", cut.digest());
    }

    /** Returns which schema objects differ. */
    static String structure(StructureReport report) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("objects", report.objects());
        ArrayNode array = root.putArray("differences");
        report.differences()
                .forEach(difference -> array.addObject()
                        .put("object", difference.object())
                        .put("kind", difference.kind().label()));
        report.wanted()
                .forEach(
                        (object, why) -> array.addObject().put("object", object).put("kind", why));
        report.notMigrated()
                .forEach(difference -> array.addObject()
                        .put("object", difference.object())
                        .put("kind", difference.kind().label())
                        .put("needed", difference.blocking())
                        .put("message", difference.detail())
                        .put("remedy", difference.remedy()));
        return write(root);
    }

    /** Returns a verification as the command line promises it. */
    static String verification(VerifyReport report) {
        return verification(report, false);
    }

    /** Returns a verification with what the command line's text shows beyond that: the chunks. */
    static String verificationWithChunks(VerifyReport report) {
        return verification(report, true);
    }

    private static String verification(VerifyReport report, boolean chunks) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("lsn", report.lsn().toString());
        ArrayNode tables = root.putArray("tables");
        for (TableResult result : report.tables()) {
            ObjectNode table = tables.addObject()
                    .put("schema", result.table().schema())
                    .put("table", result.table().table())
                    .put("rows", result.rows());
            if (chunks) {
                table.put("chunks", result.chunks());
            }
            table.put("equal", result.equal())
                    .put("missing", result.missing())
                    .put("extra", result.extra())
                    .put("changed", result.changed());
        }
        ArrayNode differences = root.putArray("differences");
        for (Difference difference : report.differences()) {
            ArrayNode columns = differences
                    .addObject()
                    .put("table", difference.table().toString())
                    .put("key", difference.key())
                    .put("kind", difference.kind().label())
                    .putArray("columns");
            difference.columns().forEach(columns::add);
        }
        ArrayNode sequences = root.putArray("sequences");
        for (SequenceFinding finding : report.sequences()) {
            sequences
                    .addObject()
                    .put("sequence", finding.sequence())
                    .put("blocking", finding.blocking())
                    .put("message", finding.message())
                    .put("remedy", finding.remedy());
        }
        if (!report.notCompared().isEmpty()) {
            ArrayNode notCompared = root.putArray("not_compared");
            report.notCompared()
                    .forEach(table -> notCompared
                            .addObject()
                            .put("schema", table.schema())
                            .put("table", table.table()));
        }
        return write(root);
    }

    /**
     * Reads what {@link #verificationWithChunks} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static VerifyReport verification(String json) {
        JsonNode root = read(json);
        List<TableResult> tables = new ArrayList<>();
        root.get("tables").forEach(table -> tables.add(table(table)));
        List<Difference> differences = new ArrayList<>();
        Map<String, TableName> names = names(tables);
        root.get("differences").forEach(difference -> differences.add(difference(difference, names)));
        List<SequenceFinding> sequences = new ArrayList<>();
        // A run of an earlier release reports none.
        root.path("sequences").forEach(finding -> sequences.add(sequence(finding)));
        List<TableName> notCompared = new ArrayList<>();
        root.path("not_compared")
                .forEach(table -> notCompared.add(new TableName(
                        table.get("schema").asText(), table.get("table").asText())));
        return new VerifyReport(Lsn.parse(root.get("lsn").asText()), tables, differences, sequences, notCompared);
    }

    private static SequenceFinding sequence(JsonNode finding) {
        return new SequenceFinding(
                finding.get("sequence").asText(),
                finding.get("blocking").asBoolean(),
                finding.get("message").asText(),
                finding.get("remedy").asText());
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
                Objects.requireNonNull(
                        names.get(difference.get("table").asText()), "Each difference is of a table of the report."),
                difference.get("key").asText(),
                Difference.Kind.valueOf(difference.get("kind").asText().toUpperCase(Locale.ROOT)),
                columns);
    }
}
