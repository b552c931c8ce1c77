package org.dtssync.app.tasks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.dtssync.app.state.DdlFigures;
import org.dtssync.app.state.DeferredIndex;
import org.dtssync.app.state.StoredDdl;
import org.dtssync.schemas.DdlMode;

/** The JSON of commands that change the structure. Fields are added, never renamed or removed. Stateless. */
final class DdlJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private DdlJson() {}

    /** Returns {@code {"task","mode","commands":[...],"indexes":[...]}}. */
    static String list(String task, DdlMode mode, List<StoredDdl> commands, List<DeferredIndex> indexes) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("task", task).put("mode", label(mode));
        ArrayNode array = root.putArray("commands");
        commands.forEach(command -> put(array.addObject(), command));
        indexes(root, indexes);
        return root.toString();
    }

    /** Writes what a status says of them. */
    static void put(ObjectNode json, DdlFigures figures, String reason) {
        json.put("mode", label(figures.mode()));
        if (figures.mode().carries()) {
            json.put("done", figures.done())
                    .put("skipped", figures.skipped())
                    .put("failed", figures.failed())
                    .put("waiting", figures.waiting());
            figures.current().ifPresent(command -> put(json.putObject("current"), command));
            indexes(json, figures.indexes());
            ArrayNode builds = json.putArray("building");
            figures.builds().forEach(builds::add);
        }
        json.put("reason", reason);
    }

    private static void indexes(ObjectNode json, List<DeferredIndex> indexes) {
        ArrayNode array = json.putArray("indexes");
        indexes.forEach(index -> array.addObject()
                .put("number", index.number().toString())
                .put("index", index.index().toString())
                .put("statement", index.statement())
                .put("error", index.error().orElse(null))
                .put("deferred_at", index.deferredAt().toString())
                .put("started_at", index.startedAt().map(Instant::toString).orElse(null)));
    }

    static String label(DdlMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    private static void put(ObjectNode json, StoredDdl stored) {
        json.put("number", stored.number().toString())
                .put("state", stored.state().label())
                .put("allowed", stored.allowed())
                .put("tag", stored.command().tag())
                .put("role", stored.command().role().orElse(null))
                .put("statement", stored.command().statement())
                .put("corrected", stored.corrected().orElse(null))
                .put("executed", stored.executed().orElse(null))
                .put("error", stored.error().orElse(null))
                .put("reason", stored.reason().orElse(null))
                .put("arrived_at", stored.arrivedAt().toString())
                .put("started_at", stored.startedAt().map(Instant::toString).orElse(null))
                .put("finished_at", stored.finishedAt().map(Instant::toString).orElse(null));
        ArrayNode objects = json.putArray("objects");
        stored.command().objects().forEach(objects::add);
    }
}
