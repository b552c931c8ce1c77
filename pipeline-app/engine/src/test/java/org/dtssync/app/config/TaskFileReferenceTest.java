package org.dtssync.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The page, the JSON schema and the reader know the same keys and defaults. Run with {@code -Dreference.write=true} to
 * write the two files after a change.
 */
class TaskFileReferenceTest {

    private static final Path PAGE = Path.of("../../docs/task-file.md");
    private static final Path SCHEMA =
            Path.of("../../schemas/src/main/resources/org/dtssync/schemas/task-file.schema.json");

    /** What one key of PgBouncer's makes all the others of these needed. */
    private static final List<DescribedKey> PGBOUNCER = List.of(
            SwitchoverKey.PGBOUNCER_CONSOLE,
            SwitchoverKey.PGBOUNCER_USER,
            SwitchoverKey.PGBOUNCER_DATABASES,
            SwitchoverKey.PGBOUNCER_FILE);

    @TempDir
    Path directory;

    @Test
    void pageAndSchemaAreWhatTheCodeSays() throws IOException {
        if (Boolean.getBoolean("reference.write")) {
            Files.writeString(PAGE, TaskFileReference.page());
            Files.writeString(SCHEMA, TaskFileReference.schema());
        }

        String remedy = "run this test with -Dreference.write=true and commit the file";
        assertThat(Files.readString(PAGE)).as(remedy).isEqualTo(TaskFileReference.page());
        assertThat(Files.readString(SCHEMA)).as(remedy).isEqualTo(TaskFileReference.schema());
    }

    @Test
    void theExampleOfThePageIsATaskFile() throws IOException {
        TaskFile task = read(example());

        assertThat(task.name()).isEqualTo("shop");
        assertThat(task.destination().database().password()).isEqualTo("from file");
    }

    @Test
    void everyKeyOfTheExampleIsInTheSchema() throws IOException {
        JsonNode schema = new ObjectMapper().readTree(TaskFileReference.schema());
        JsonNode example = new ObjectMapper(new YAMLFactory()).readTree(example());

        example.fieldNames()
                .forEachRemaining(key ->
                        assertThat(schema.at("/properties").has(key)).as(key).isTrue());
    }

    /** What the page calls a default is what leaving the key out gives: writing it changes nothing. */
    @ParameterizedTest
    @MethodSource("org.dtssync.app.config.KeySections#keys")
    void writingTheDefaultIsTheSameAsLeavingTheKeyOut(DescribedKey key) throws IOException {
        if (key.required() || key.defaultText().isEmpty()) {
            return;
        }
        String value = switch (key.type()) {
            case PATTERNS -> "[ \"" + key.defaultText() + "\" ]";
            case PATH ->
                '"'
                        + key.defaultText()
                                .replace("~", directory.resolve("home").toString())
                                .replace("<name>", "shop")
                        + '"';
            default -> key.defaultText();
        };

        TaskFile written = read(minimal(key, value));

        assertThat(written).isEqualTo(read(without(key)));
    }

    /** Each key is really read: a value of the wrong form is refused, or another value changes the outcome. */
    @ParameterizedTest
    @MethodSource("org.dtssync.app.config.KeySections#keys")
    void noKeyIsForgottenByTheReader(DescribedKey key) throws IOException {
        String value = switch (key.type()) {
            case NAME -> "other";
            case JDBC_URL -> "jdbc:postgresql://other/other";
            case HTTP_URL -> "http://other";
            case COUNT, RETENTION -> "777";
            case DURATION -> "7s";
            case SIZE -> "7MB";
            case FLAG -> Boolean.toString(!Boolean.parseBoolean(key.defaultText()));
            case CHOICE ->
                key.choices().stream()
                        .filter(choice -> !choice.equals(key.defaultText()))
                        .findFirst()
                        .orElseThrow();
            case PATTERNS -> "[ \"other.*\" ]";
            case NAMES -> "[ other ]";
            case PROPERTIES -> "{ some.property: other }";
            case TABLE_PROPERTIES -> "{ \"a.b\": { some.property: other } }";
            case TEXT, SECRET, PATH, PROPERTY -> "other";
        };
        value = switch (key.path()) {
            case "snapshot.workers" -> "7";
            case "switchover.pgbouncer.console", "metrics.listen" -> "other:7";
            case "switchover.pgbouncer.source", "switchover.pgbouncer.destination" -> "other:7/other";
            default -> value;
        };

        TaskFile changed = read(minimal(key, value));

        assertThat(changed).isNotEqualTo(read(without(key)));
    }

    @Test
    void namesEachKeyAsItselfWhenItHasNoValue() {
        KeySections.keys()
                .filter(key -> !key.key().endsWith("*"))
                .forEach(key -> assertThat(catchThrowableOfType(SyncException.class, () -> read(minimal(key, "")))
                                .getMessage())
                        .as(key.path())
                        .contains("- " + key.path() + " (line "));
    }

    private String example() throws IOException {
        String page = Files.readString(PAGE);
        int start = page.indexOf("```yaml\n") + 8;
        Path secret = Files.writeString(directory.resolve("dst"), "from file");
        return page.substring(start, page.indexOf("```", start)).replace("/run/secrets/dst", secret.toString());
    }

    /** Returns a task file with what is needed and one key set as told. */
    private static String minimal(DescribedKey set, String value) {
        return minimal(set, value, isPgBouncer(set));
    }

    /** Returns the same without the key; one that is needed beside it stays. */
    private static String without(DescribedKey key) {
        return minimal(null, null, isPgBouncer(key));
    }

    private static String minimal(@Nullable DescribedKey set, @Nullable String value, boolean pgBouncer) {
        StringBuilder text = new StringBuilder();
        for (DescribedKey key : KeySections.keysOf("")) {
            append(text, key, set, value, "");
        }
        for (String section : KeySections.all()) {
            StringBuilder body = new StringBuilder();
            KeySections.keysOf(section).forEach(key -> append(body, key, set, value, "  "));
            if (pgBouncer && section.equals("switchover")) {
                PGBOUNCER.stream()
                        .filter(key -> key != set)
                        .forEach(key ->
                                body.append("  ").append(key.exampleEntry()).append('\n'));
            }
            if (body.length() > 0) {
                text.append(section).append(":\n").append(body);
            }
        }
        return text.toString();
    }

    private static void append(
            StringBuilder text, DescribedKey key, @Nullable DescribedKey set, @Nullable String value, String indent) {
        String name = key.key().equals("*") ? "any.property" : key.key().replace("*", "property");
        if (key == set) {
            text.append(indent).append(name).append(": ").append(value).append('\n');
        } else if (key.required()) {
            text.append(indent)
                    .append(name)
                    .append(": \"")
                    .append(key.example())
                    .append("\"\n");
        }
    }

    private static boolean isPgBouncer(DescribedKey key) {
        return key.key().startsWith("pgbouncer.");
    }

    private TaskFile read(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("task.yaml"), text);
        return new TaskFileReader(Map.of("SOURCE_PASSWORD", "x"), directory.resolve("home")).read(file);
    }
}
