package org.dtssync.connectors.avro;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** A registry in memory that keeps schemas as text, as a real one does, and writes down what was asked. For one thread. */
public final class MemoryRegistry implements SchemaRegistry {

    final List<String> requests = new ArrayList<>();

    /** Subjects that take no second schema until their compatibility is set. */
    final Set<String> strict = new HashSet<>();

    private final List<String> texts = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Integer, Schema> parsed = new HashMap<>();

    @Override
    public int register(String subject, Schema schema) {
        if (strict.contains(subject) && requests.contains("register " + subject)) {
            requests.add("refuse " + subject);
            throw new SyncException(FaultKind.DATA, "Subject " + subject + " takes no other schema.", "");
        }
        requests.add("register " + subject);
        return ids.computeIfAbsent(schema.toString(), text -> {
            texts.add(text);
            return texts.size();
        });
    }

    @Override
    public Schema schemaById(int id) {
        return parsed.computeIfAbsent(id, each -> new Schema.Parser().parse(texts.get(each - 1)));
    }

    @Override
    public boolean setCompatibility(String subject, Compatibility compatibility) {
        requests.add(compatibility + " " + subject);
        strict.remove(subject);
        return requests.contains("register " + subject);
    }

    @Override
    public void ping() {
        requests.add("ping");
    }
}
