package org.dtssync.app.tasks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.dtssync.app.base.BaseFault;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.replay.StateComparison;
import org.dtssync.app.state.BaseRecords.RecordedBase;
import org.jspecify.annotations.Nullable;

/** The JSON of bases and of what is computed from them, on which other programs rely. Stateless. */
final class StateReports {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private StateReports() {}

    /** Returns {@code {"result","task","cut":{...},"base","rows","tables":[{"table","rows","digest"}],"first_fault":{"file","what"}|null}}. */
    static String base(BaseReport report) {
        BaseManifest manifest = report.check().manifest();
        ObjectNode root = MAPPER.createObjectNode();
        root.put("result", report.whole() ? "intact" : "altered").put("task", manifest.task());
        root.putObject("cut")
                .put("number", manifest.cut().number())
                .put("lsn", manifest.cut().lsn().toString())
                .put(
                        "commit_time",
                        manifest.cut().commitTimeMicros().map(CommitTimes::text).orElse(null))
                .put("digest", manifest.cut().digest().orElse(null));
        root.put("base", report.check().digest()).put("rows", manifest.rows());
        ArrayNode tables = root.putArray("tables");
        for (BaseTable table : manifest.tables()) {
            tables.addObject()
                    .put("table", table.table().toString())
                    .put("rows", table.rows())
                    .put("digest", table.digest());
        }
        root.set("first_fault", report.firstFault().map(StateReports::fault).orElse(null));
        return write(root);
    }

    /** Returns {@code {"bases":[{"place","cut","lsn","commit_time","taken_at","reached","reached_until"|null}]}}, the newest first. */
    static String bases(BaseList list) {
        ObjectNode root = MAPPER.createObjectNode();
        ArrayNode bases = root.putArray("bases");
        list.bases().forEach(base -> bases.add(base(list, base)));
        return write(root);
    }

    static ObjectNode base(BaseList list, RecordedBase base) {
        return MAPPER.createObjectNode()
                .put("place", base.place())
                .put("cut", base.cut())
                .put("lsn", base.lsn().toString())
                .put("commit_time", base.asOf().toString())
                .put("taken_at", base.takenAt().toString())
                .put("reached", list.isReached(base))
                .put("reached_until", list.reachedUntil(base).orElse(null));
    }

    private static @Nullable ObjectNode fault(BaseFault fault) {
        return MAPPER.createObjectNode().put("file", fault.file()).put("what", fault.what());
    }

    /** Returns the same fields as a proof of the topics: {@code {"result","from","to","tables":[{"table","rows","equal"}],...}}. */
    static String proof(StateProofReport report) {
        StateComparison comparison = report.comparison();
        ObjectNode root = MAPPER.createObjectNode();
        root.put("result", comparison.result())
                .put("from", comparison.base().lsn().toString())
                .put("to", comparison.end().toString());
        root.putNull("cuts");
        root.putNull("records");
        root.set(
                "first_fault",
                comparison
                        .missing()
                        .map(what -> MAPPER.createObjectNode()
                                .putNull("topic")
                                .putNull("offset")
                                .putNull("cut")
                                .put("what", what))
                        .orElse(null));
        ArrayNode tables = root.putArray("tables");
        for (StateComparison.Table table : comparison.tables()) {
            tables.addObject()
                    .put("table", table.table().toString())
                    .put("rows", table.rows())
                    .put("equal", table.equal())
                    .put("found", table.found().orElse(null))
                    .put("digest", table.digest());
        }
        root.put("task", comparison.task())
                .put("against", report.against())
                .put("base", comparison.baseDigest())
                .put("statement", report.statement())
                .put("signature", report.signature().orElse(null));
        return write(root);
    }

    private static String write(ObjectNode root) {
        try {
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of texts and numbers can always be written", e);
        }
    }
}
