package org.dtssync.app.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Renders the reference page and the JSON schema of the task file from {@link TaskKey}. */
final class TaskFileReference {

    private static final String OPENING = """
            # Task file

            A task is one YAML file. Only `name`, `source`, `destination`, `kafka` and `registry` are required; everything else has
            a default. This page is generated from the code that reads the file, and a test keeps the two in sync.

            ```yaml
            name: shop                               # [a-z][a-z0-9_]{0,39}; names the slot, the topics and the state
            source:      { url: "jdbc:postgresql://127.0.0.1:5432/shop", user: migrator, password: "${env:SOURCE_PASSWORD}" }
            destination: { url: "jdbc:postgresql://127.0.0.1:5433/shop", user: migrator, password: "${file:/run/secrets/dst}", existing: fail }
            kafka:       { bootstrap.servers: "127.0.0.1:9092" }        # any Kafka client property; or: kafka: embedded
            topics:      { replication.factor: 1, retention.ms: 604800000, config: {} }
            registry:    { url: "http://127.0.0.1:8081" }               # or: registry: embedded
            data.dir: /var/lib/dts-sync
            objects:     { include: [ "public.*" ], exclude: [ "public.scratch_*" ], owners: keep }
            structure:   { reader: auto }
            snapshot:    { workers: 2, chunk.rows: 100000 }
            retry:       { connection: 12h, other: 10m }
            second.instance: refuse
            wal.warning: 10GB
            metrics:     { listen: "127.0.0.1:9404" }
            ```

            - Dots are part of the keys: `chunk.rows` is one key, not a map `chunk` with `rows`.
            - `${env:NAME}` stands for an environment variable, `${file:/path}` for the content of a file without its last newline, in any
              value, also within a longer one. A relative path starts at the task file's directory. Use them to keep passwords out of
              the file; their values are never printed.
            - `kafka` and `registry` take any property of their clients; nested keys are joined by dots and lists by commas.
            - Durations have one unit: `500ms`, `30s`, `10m`, `12h`, `7d`. Sizes are in bytes or with a unit of 1,024: `512MB`, `10GB`.
            - Editors complete keys and mark mistakes with `share/task-file.schema.json` of the distribution, a JSON schema. For the YAML
              language server (VS Code, IntelliJ, Vim and others) name it in the file's first line:
              `# yaml-language-server: $schema=/opt/dts-sync/share/task-file.schema.json`
            - The whole file is checked before anything else happens: every mistake is listed with its line, and an unknown key with
              the nearest known key.

            """;

    private TaskFileReference() {}

    /** Returns the page {@code docs/task-file.md}. */
    static String page() {
        StringBuilder page = new StringBuilder(OPENING);
        appendSection(page, "", "The top level");
        KeySections.all().forEach(section -> appendSection(page, section, "`" + section + "`"));
        return page.toString().stripTrailing() + "\n";
    }

    private static void appendSection(StringBuilder page, String section, String title) {
        page.append("## ").append(title).append("\n\n");
        if (section.equals("kafka") || section.equals("registry")) {
            page.append("Either `").append(section).append(": embedded`, or a map:\n\n");
        }
        page.append("| Key | Type | Default | Unit | What it is | Reason to change it |\n|---|---|---|---|---|---|\n");
        for (DescribedKey key : KeySections.keysOf(section)) {
            page.append("| `")
                    .append(key.key())
                    .append("` | ")
                    .append(type(key))
                    .append(" | ");
            page.append(defaultOf(key)).append(" | ").append(key.unit()).append(" | ");
            page.append(key.meaning()).append(" | ").append(key.whyChange()).append(" |\n");
        }
        page.append('\n');
    }

    private static String type(DescribedKey key) {
        return key.choices().isEmpty() ? key.type().title() : "`" + String.join("`, `", key.choices()) + "`";
    }

    private static String defaultOf(DescribedKey key) {
        if (key.required()) {
            return "required";
        }
        return key.defaultText().isEmpty() ? "none" : "`" + key.defaultText() + "`";
    }

    /** Returns {@code task-file.schema.json}. */
    static String schema() {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("title", "Task file of dts-sync");
        ObjectNode top = object(root, "");
        for (String section : KeySections.all()) {
            ObjectNode property = ((ObjectNode) top.get("properties")).putObject(section);
            if (section.equals("kafka") || section.equals("registry")) {
                var either = property.putArray("oneOf");
                either.addObject().put("const", "embedded");
                object(either.addObject(), section);
            } else {
                object(property, section);
            }
        }
        var required = root.withArrayProperty("required");
        List.of("source", "destination", "kafka", "registry").forEach(required::add);
        try {
            return json.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectNode object(ObjectNode node, String section) {
        node.put("type", "object");
        List<String> required = new ArrayList<>();
        ObjectNode properties = node.putObject("properties");
        boolean open = false;
        for (DescribedKey key : KeySections.keysOf(section)) {
            if (key.key().equals("*")) {
                open = true;
            } else if (key.key().endsWith("*")) {
                String pattern = "^" + key.key().replace("*", "").replace(".", "\\.") + ".+";
                node.withObjectProperty("patternProperties").putObject(pattern).put("description", key.meaning());
            } else {
                describe(properties.putObject(key.key()), key);
                if (key.required()) {
                    required.add(key.key());
                }
            }
        }
        node.put("additionalProperties", open);
        if (!required.isEmpty()) {
            required.forEach(node.putArray("required")::add);
        }
        return node;
    }

    private static void describe(ObjectNode node, DescribedKey key) {
        node.put("description", key.meaning());
        switch (key.type()) {
            case COUNT, RETENTION -> {
                node.put("type", "integer").put("minimum", key.least());
                if (key.most() < Long.MAX_VALUE) {
                    node.put("maximum", key.most());
                }
                node.put("default", Long.parseLong(key.defaultText()));
            }
            case PATTERNS -> {
                node.put("type", "array").putObject("items").put("type", "string");
                var defaults = node.putArray("default");
                key.defaultText().lines().forEach(defaults::add);
            }
            case PROPERTIES -> node.put("type", "object").putObject("default");
            case TABLE_PROPERTIES ->
                node.put("type", "object").putObject("additionalProperties").put("type", "object");
            case FLAG -> {
                node.put("type", "boolean");
                node.put("default", Boolean.parseBoolean(key.defaultText()));
            }
            case SIZE -> node.putArray("type").add("string").add("integer");
            default -> node.put("type", "string");
        }
        pattern(node, key);
        if (!node.has("default") && !key.required() && !key.defaultText().isEmpty()) {
            node.put("default", key.defaultText());
        }
    }

    private static void pattern(ObjectNode node, DescribedKey key) {
        switch (key.type()) {
            case NAME -> node.put("pattern", "^[a-z][a-z0-9_]{0,39}$");
            case JDBC_URL -> node.put("pattern", "^(jdbc:postgresql://|.*\\$\\{)");
            case HTTP_URL -> node.put("pattern", "^(https?://|.*\\$\\{)");
            case DURATION -> node.put("pattern", "^[0-9]+(ms|s|m|h|d)$");
            case SIZE -> node.put("pattern", "^[0-9]+(B|kB|KB|MB|GB|TB)?$");
            case CHOICE -> key.choices().forEach(node.withArrayProperty("enum")::add);
            default -> {}
        }
    }
}
