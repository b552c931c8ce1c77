package org.dtssync.app.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads YAML text into values with line numbers. Duplicate keys and aliases are recorded as mistakes.
 *
 * <p>Used by one thread, for one text.
 */
final class YamlTree {

    private static final int MAX_DEPTH = 20;

    private final Mistakes mistakes;

    YamlTree(Mistakes mistakes) {
        this.mistakes = mistakes;
    }

    /** Returns the map that the text consists of; an empty one, with a mistake recorded, if it is anything else. */
    YamlValue.Mapping read(String text) {
        YamlValue.Mapping empty = new YamlValue.Mapping(1, Map.of());
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            if (parser.nextToken() == null) {
                mistakes.addFatal(
                        1, "The file is empty. Write at least name, source, destination, kafka and registry.");
                return empty;
            }
            YamlValue root = value(parser, "", 0);
            if (parser.nextToken() != null) {
                mistakes.add(line(parser), "A second YAML document begins here. Keep one document per file.");
            }
            if (root instanceof YamlValue.Mapping mapping) {
                return mapping;
            }
            mistakes.add(1, "The file must be a map of keys, not " + root.description() + ". Begin with: name: shop");
            return empty;
        } catch (JsonProcessingException e) {
            mistakes.addFatal(lineOf(e), problem(e));
            return empty;
        } catch (IOException e) {
            throw new IllegalStateException("Reading from a text cannot fail", e);
        }
    }

    private YamlValue value(YAMLParser parser, String path, int depth) throws IOException {
        int line = line(parser);
        if (parser.isCurrentAlias()) {
            mistakes.add(line, Mistakes.at(path, line) + " is an alias (*). Write the value out instead.");
            return new YamlValue.Text(line, "");
        }
        if (depth > MAX_DEPTH) {
            throw new com.fasterxml.jackson.core.JsonParseException(parser, "nested too deeply");
        }
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> mapping(parser, path, line, depth);
            case START_ARRAY -> sequence(parser, path, line, depth);
            case VALUE_NULL -> new YamlValue.Nothing(line);
            default -> new YamlValue.Text(line, parser.getText());
        };
    }

    private YamlValue mapping(YAMLParser parser, String path, int line, int depth) throws IOException {
        Map<String, YamlValue> entries = new LinkedHashMap<>();
        Map<String, Integer> lines = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            int keyLine = line(parser);
            String keyPath = path.isEmpty() ? key : path + "." + key;
            parser.nextToken();
            YamlValue value = value(parser, keyPath, depth + 1);
            Integer first = lines.putIfAbsent(key, keyLine);
            if (first == null) {
                entries.put(key, value);
            } else {
                mistakes.add(
                        keyLine,
                        "Key '" + keyPath + "' appears twice (lines " + first + " and " + keyLine
                                + "). Remove one of them.");
            }
        }
        return new YamlValue.Mapping(line, Collections.unmodifiableMap(entries));
    }

    private YamlValue sequence(YAMLParser parser, String path, int line, int depth) throws IOException {
        List<YamlValue> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser, path, depth + 1));
        }
        return new YamlValue.Sequence(line, List.copyOf(items));
    }

    private static int line(YAMLParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }

    private static int lineOf(JsonProcessingException e) {
        return e.getLocation() == null ? 1 : e.getLocation().getLineNr();
    }

    /** The parser's own message quotes the file, which may hold a password: only the kind of problem is repeated. */
    private static String problem(JsonProcessingException e) {
        String at = "The file is not valid YAML at line " + lineOf(e);
        String remedy = ". Check the indentation, the quotes and the brackets there.";
        String kind = e.getCause() instanceof MarkedYAMLException marked && marked.getProblem() != null
                ? marked.getProblem()
                        .replaceAll(",?( but)?( got)? *\\(?<?found .*", "")
                        .strip()
                : "";
        return at + (kind.isEmpty() ? "" : ": " + kind) + remedy;
    }
}
