package org.dtssync.app.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.connectors.postgres.DatabaseAddress;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of one section of the task file. Mistakes are recorded and reading continues with a placeholder, so
 * that one mistake never hides another. Used by one thread.
 */
final class SectionReader {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,39}");
    private static final Pattern JDBC_URL =
            Pattern.compile("jdbc:postgresql://[^/?@:,][^/?@]*/[^/?]+(\\?.*)?", Pattern.DOTALL);
    /** Properties of the clients of brokers and registry that may change while a task runs. */
    private static final Pattern SECRET_PROPERTY =
            Pattern.compile("^(kafka|registry)\\..*(password|jaas|user\\.info|token|secret|\\.key$|certificate)");
    /** The service would say which database is meant, in a file that the task file does not show. */
    private static final Pattern SERVICE = Pattern.compile("[?&:]service=");

    private static final String SERVICE_PROPERTY = "service";
    private static final String NO_SERVICE =
            "names a service, and dts-sync reads no service files; write host, port and database into the URL";

    /** Of a library of PostgreSQL, the host can be a directory. */
    private static final Pattern SOCKET =
            Pattern.compile("\\Ajdbc:postgresql://(/|@?(%2F)|[^?]*?[?&]host=(/|%2F))", Pattern.CASE_INSENSITIVE);

    private static final Pattern HTTP_URL = Pattern.compile("https?://[^/\\s]+\\S*");

    private final String section;
    private final YamlValue.Mapping mapping;
    private final References references;
    private final Mistakes mistakes;

    SectionReader(String section, YamlValue.Mapping mapping, References references, Mistakes mistakes) {
        this.section = section;
        this.mapping = mapping;
        this.references = references;
        this.mistakes = mistakes;
    }

    /** Records every unknown key of the section. */
    void refuseUnknownKeys(List<String> known) {
        List<DescribedKey> keys = KeySections.keysOf(section);
        mapping.entries().forEach((name, value) -> {
            if (!known.contains(name) && keys.stream().noneMatch(key -> key.covers(name))) {
                mistakes.add(value.line(), UnknownKey.sentence(section, name, value.line(), known));
            }
        });
    }

    /** Returns a text, its references resolved; an empty one if the key is missing. */
    String text(DescribedKey key) {
        return scalar(key).map(text -> resolved(key, text)).orElse("");
    }

    /** Returns whether any of the keys is present. */
    boolean hasAny(List<DescribedKey> keys) {
        return keys.stream().anyMatch(key -> mapping.entries().containsKey(key.key()));
    }

    /** Records a missing key that others of the section need. */
    void require(DescribedKey key) {
        if (!mapping.entries().containsKey(key.key())) {
            mistakes.add(Mistakes.NO_LINE, key.path() + " is missing. " + example(key));
        }
    }

    /** Records that one of two keys must be removed. */
    void refuseBoth(DescribedKey one, DescribedKey other) {
        if (hasAny(List.of(one)) && hasAny(List.of(other))) {
            mistakes.add(
                    line(one),
                    at(one, line(one)) + " and " + other.path() + " cannot both be given. Remove one of them.");
        }
    }

    /** Returns the parts of a text, or nothing if it is missing or has another form. */
    Optional<MatchResult> matched(DescribedKey key, Pattern form, String expected) {
        String text = text(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Matcher matcher = form.matcher(text);
        if (!matcher.matches()) {
            wrong(key, "is not " + expected);
            return Optional.empty();
        }
        return Optional.of(matcher.toMatchResult());
    }

    /** Returns a task's name. */
    String name(DescribedKey key) {
        String name = text(key);
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            wrong(key, "is not a task's name: a lower-case letter, then up to 39 lower-case letters, digits or _");
        }
        return name;
    }

    /** Returns the URL of a database; it is never repeated, since it may hold a password. */
    String jdbcUrl(DescribedKey key) {
        String url = text(key);
        if (url.isEmpty()) {
            return url;
        }
        if (SERVICE.matcher(url).find()) {
            wrong(key, NO_SERVICE);
        } else if (!url.startsWith("jdbc:postgresql://")) {
            wrong(key, "does not begin with jdbc:postgresql://");
        } else if (SOCKET.matcher(url).find()) {
            wrong(
                    key,
                    "names the directory of a Unix socket, which the JDBC driver cannot use; name a host, such as localhost");
        } else if (!JDBC_URL.matcher(url).matches()) {
            wrong(key, "must name a host and a database, and no user or password before the host");
        } else if (DatabaseAddress.of(url).isEmpty()) {
            wrong(key, "cannot be read; a percent sign in it is written %25, and ports are numbers");
        }
        return url;
    }

    /** Returns a URL of a web server; it is never repeated, since it may hold a password. */
    String httpUrl(DescribedKey key) {
        String url = text(key);
        if (!url.isEmpty() && !HTTP_URL.matcher(url).matches()) {
            wrong(key, "does not begin with http:// or https:// and a host");
        }
        return url;
    }

    /** Returns a password, or null if there is none. */
    @Nullable
    String secret(DescribedKey key) {
        return mapping.entries().containsKey(key.key())
                ? scalar(key)
                        .map(text -> references.resolveSecret(key.path(), text))
                        .orElse("")
                : null;
    }

    /** Returns a whole number within the key's limits. */
    long number(DescribedKey key) {
        return parsed(
                key,
                text -> text.matches("-?\\d{1,18}") ? within(key, Long.parseLong(text)) : Optional.empty(),
                "a whole number from " + key.least() + (key.most() == Long.MAX_VALUE ? " up" : " to " + key.most()));
    }

    /** Returns a duration. */
    Duration duration(DescribedKey key) {
        return parsed(key, Quantities::duration, "a duration, a number with one of the units " + key.unit());
    }

    /** Returns a size in bytes. */
    long size(DescribedKey key) {
        return parsed(key, Quantities::bytes, "a size, a number of " + key.unit());
    }

    /** Returns whether it is true. */
    boolean flag(DescribedKey key) {
        return parsed(
                key,
                text -> text.equals("true") || text.equals("false")
                        ? Optional.of(text.equals("true"))
                        : Optional.empty(),
                "true or false");
    }

    /** Returns a choice. */
    <E extends Enum<E>> E choice(DescribedKey key, E[] constants) {
        String written = parsed(
                key,
                text -> key.choices().contains(text) ? Optional.of(text) : Optional.empty(),
                "one of " + String.join(", ", key.choices()));
        return constants[key.choices().indexOf(written)];
    }

    /** Returns a path, empty if the key is missing. */
    Optional<Path> path(DescribedKey key) {
        try {
            return scalar(key).map(text -> Path.of(resolved(key, text)));
        } catch (java.nio.file.InvalidPathException e) {
            wrong(key, "is not a path");
            return Optional.empty();
        }
    }

    /** Returns a list of patterns. */
    List<String> patterns(DescribedKey key) {
        YamlValue value = mapping.entries().get(key.key());
        if (value == null) {
            return key.defaultText().isEmpty()
                    ? List.of()
                    : List.of(key.defaultText().split(","));
        }
        if (!(value instanceof YamlValue.Sequence sequence)) {
            wrong(key, "must be a list, not " + value.description());
            return List.of();
        }
        List<String> patterns = new ArrayList<>();
        for (YamlValue item : sequence.items()) {
            pattern(key, item).ifPresent(patterns::add);
        }
        if (sequence.items().isEmpty() && !key.defaultText().isEmpty()) {
            wrong(key, "is an empty list, which selects nothing");
        }
        return patterns;
    }

    /** Returns a list of names. */
    List<String> names(DescribedKey key) {
        YamlValue value = mapping.entries().get(key.key());
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof YamlValue.Sequence sequence)) {
            wrong(key, "must be a list, not " + value.description());
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (YamlValue item : sequence.items()) {
            if (item instanceof YamlValue.Text text) {
                names.add(references.resolve(key.path(), text));
            } else {
                mistakes.add(item.line(), at(key, item.line()) + " has an item that is " + item.description() + ".");
            }
        }
        return names;
    }

    /** Returns a list of names that has at least one, if it is present. */
    List<String> someNames(DescribedKey key) {
        List<String> names = names(key);
        if (names.isEmpty() && mapping.entries().get(key.key()) instanceof YamlValue.Sequence) {
            wrong(key, "is an empty list");
        }
        return names;
    }

    private Optional<String> pattern(DescribedKey key, YamlValue item) {
        if (!(item instanceof YamlValue.Text text)) {
            mistakes.add(
                    item.line(),
                    at(key, item.line()) + " has an item that is " + item.description()
                            + ". Write each pattern as a text: " + key.example());
            return Optional.empty();
        }
        String pattern = references.resolve(key.path(), text);
        if (!pattern.contains(".") && !pattern.equals("*")) {
            mistakes.add(
                    item.line(),
                    at(key, item.line()) + " has the pattern '" + text.raw()
                            + "', which names no schema. Write it as schema.table: " + key.example());
        }
        return Optional.of(pattern);
    }

    /** Returns a map of properties, nested keys joined by dots and list items by commas. */
    Map<String, String> properties(DescribedKey key) {
        YamlValue value = mapping.entries().get(key.key());
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof YamlValue.Mapping map)) {
            wrong(key, "must be a map, not " + value.description());
            return Map.of();
        }
        Map<String, String> flat = new LinkedHashMap<>();
        map.entries().forEach((name, item) -> flatten(key.path(), name, item, flat));
        return flat;
    }

    /** Returns the properties for each pattern, in their order. */
    Map<String, Map<String, String>> tableProperties(DescribedKey key) {
        YamlValue value = mapping.entries().get(key.key());
        Map<String, Map<String, String>> found = new LinkedHashMap<>();
        if (value instanceof YamlValue.Mapping patterns) {
            patterns.entries().forEach((written, item) -> {
                Optional<String> pattern = pattern(key, new YamlValue.Text(item.line(), written));
                Map<String, String> flat = new LinkedHashMap<>();
                if (item instanceof YamlValue.Mapping map) {
                    map.entries().forEach((name, each) -> flatten(key.path(), name, each, flat));
                } else {
                    mistakes.add(
                            item.line(),
                            at(key, item.line()) + " has for '" + written + "' " + item.description()
                                    + ". Write a map of properties: " + key.example());
                }
                pattern.ifPresent(text -> found.put(text, flat));
            });
        } else if (value != null) {
            wrong(key, "must be a map, not " + value.description());
        }
        return found;
    }

    /** Returns the properties of the JDBC driver. */
    Map<String, String> driverProperties(DescribedKey key) {
        Map<String, String> properties = properties(key);
        if (properties.containsKey(SERVICE_PROPERTY)) {
            wrong(key, NO_SERVICE);
        }
        return properties;
    }

    /** Returns the brokers, which may be a list; taken from {@code bootstrap: servers:} where they were nested. */
    String brokers(Map<String, String> nested) {
        DescribedKey key = TaskKey.KAFKA_BOOTSTRAP;
        if (mapping.entries().get(key.key()) instanceof YamlValue.Sequence list) {
            return propertyText(key.path(), list);
        }
        String given = nested.get(key.key());
        return given == null ? text(key) : given;
    }

    /** Returns all keys of the section as properties, except those that are listed separately. */
    Map<String, String> openProperties() {
        return prefixedProperties("");
    }

    /** Returns all keys of the section with a prefix, without it. */
    Map<String, String> prefixedProperties(String prefix) {
        List<String> listed =
                KeySections.keysOf(section).stream().map(DescribedKey::key).toList();
        Map<String, String> flat = new LinkedHashMap<>();
        mapping.entries().forEach((name, item) -> {
            if (name.startsWith(prefix) && !listed.contains(name)) {
                flatten(section, name.substring(prefix.length()), item, flat);
            }
        });
        return flat;
    }

    private void flatten(String path, String name, YamlValue value, Map<String, String> flat) {
        String full = path.isEmpty() ? name : path + "." + name;
        if (value instanceof YamlValue.Mapping map) {
            map.entries().forEach((inner, item) -> flatten(path, name + "." + inner, item, flat));
        } else if (value instanceof YamlValue.Nothing) {
            mistakes.add(
                    value.line(), Mistakes.at(full, value.line()) + " has no value. Write one, or remove the key.");
        } else if (flat.put(name, propertyText(full, value)) != null) {
            mistakes.add(value.line(), Mistakes.at(full, value.line()) + " is given twice. Remove one of them.");
        }
    }

    private String propertyText(String path, YamlValue value) {
        if (value instanceof YamlValue.Text text) {
            return SECRET_PROPERTY.matcher(path).find()
                    ? references.resolveSecret(path, text)
                    : references.resolve(path, text);
        }
        List<String> items = new ArrayList<>();
        for (YamlValue item : ((YamlValue.Sequence) value).items()) {
            if (item instanceof YamlValue.Text text) {
                items.add(references.resolve(path, text));
            } else {
                mistakes.add(
                        item.line(),
                        Mistakes.at(path, item.line()) + " has an item that is " + item.description()
                                + ". Write single values.");
            }
        }
        return String.join(",", items);
    }

    /** Reads a value that has a default; messages repeat what is written there, but never the value of a reference. */
    private <T> T parsed(DescribedKey key, Function<String, Optional<T>> parser, String expected) {
        Optional<YamlValue.Text> text = scalar(key);
        Optional<T> value = text.flatMap(t -> parser.apply(references.resolve(key.path(), t)));
        if (text.isPresent() && value.isEmpty()) {
            wrong(key, "is '" + text.get().raw() + "', which is not " + expected);
        }
        return value.orElseGet(() -> parser.apply(key.defaultText()).orElseThrow());
    }

    private static Optional<Long> within(DescribedKey key, long number) {
        boolean forEver = key.type() == KeyType.RETENTION && number == 0;
        return number >= key.least() && number <= key.most() && !forEver ? Optional.of(number) : Optional.empty();
    }

    private String resolved(DescribedKey key, YamlValue.Text text) {
        String value = references.resolve(key.path(), text);
        if (text.raw().isBlank() && key.type() != KeyType.SECRET) {
            wrong(key, "is empty");
        }
        return value;
    }

    private Optional<YamlValue.Text> scalar(DescribedKey key) {
        YamlValue value = mapping.entries().get(key.key());
        if (value instanceof YamlValue.Text text) {
            return Optional.of(text);
        }
        if (value instanceof YamlValue.Nothing) {
            wrong(key, "has no value");
        } else if (value != null) {
            wrong(key, "must be a single value, not " + value.description());
        } else if (key.required()) {
            mistakes.add(Mistakes.NO_LINE, key.path() + " is missing. " + example(key));
        }
        return Optional.empty();
    }

    private void wrong(DescribedKey key, String what) {
        int line = line(key);
        mistakes.add(line, at(key, line) + " " + what + ". " + example(key));
    }

    private int line(DescribedKey key) {
        YamlValue value = mapping.entries().get(key.key());
        return value == null ? Mistakes.NO_LINE : value.line();
    }

    private static String at(DescribedKey key, int line) {
        return Mistakes.at(key.path(), line);
    }

    private static String example(DescribedKey key) {
        return "Write for example: " + key.exampleEntry();
    }
}
