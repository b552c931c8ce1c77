package org.dtssync.app.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.schemas.DdlMode;
import org.dtssync.schemas.TopicValues;

/**
 * Reads a task file: YAML, secrets resolved, defaults filled in, fully validated. {@link TaskKey} lists the keys.
 *
 * <p>Thread-safe.
 */
public final class TaskFileReader {

    private static final String NOT_COMPACTED =
            "Remove it: a compacted topic would lose changes, so it is always delete.";

    private static final YamlValue.Mapping NOTHING = new YamlValue.Mapping(Mistakes.NO_LINE, Map.of());
    private static final String EMBEDDED = "embedded";

    private static final String DESTINATION = "destination";

    /** Reading YAML takes much longer than the text is long, and no task file has a fraction of this. */
    private static final long LARGEST_BYTES = 1 << 20;

    private static final Pattern LISTEN =
            Pattern.compile("([^/\\s,]+):(\\d{1,4}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])");

    private final Map<String, String> environment;
    private final Path home;

    /** Creates a reader that takes secrets from this process's environment. */
    public TaskFileReader() {
        this(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /**
     * Creates a reader.
     *
     * @param environment what {@code ${env:NAME}} names
     * @param home the home directory, under which {@code data.dir} lies by default
     */
    public TaskFileReader(Map<String, String> environment, Path home) {
        this.environment = Map.copyOf(environment);
        this.home = home;
    }

    /**
     * Reads a task file.
     *
     * @throws SyncException of kind USAGE that lists all mistakes
     */
    public TaskFile read(Path file) {
        Path directory = file.toAbsolutePath().resolveSibling("");
        return parse(text(file), String.valueOf(file.getFileName()), directory);
    }

    /**
     * Reads a file that names one database: section {@code destination} of a task file, and nothing else.
     *
     * @throws SyncException of kind USAGE that lists all mistakes
     */
    public DatabaseSettings readTarget(Path file) {
        Path directory = file.toAbsolutePath().resolveSibling("");
        Mistakes mistakes = new Mistakes();
        YamlValue.Mapping root = new YamlTree(mistakes).read(text(file));
        root.entries().forEach((key, value) -> {
            if (!key.equals(DESTINATION)) {
                mistakes.add(
                        value.line(),
                        Mistakes.at(key, value.line())
                                + " does not belong here. The file of a target has one section, destination.");
            }
        });
        DatabaseSettings settings = mistakes.isFatal()
                ? new DatabaseSettings("", "", null, Map.of())
                : new Parts(root, new References(environment, directory, mistakes), mistakes)
                        .destination()
                        .database();
        mistakes.throwIfAny(String.valueOf(file.getFileName()));
        return settings;
    }

    private TaskFile parse(String text, String fileName, Path directory) {
        Mistakes mistakes = new Mistakes();
        YamlValue.Mapping root = new YamlTree(mistakes).read(text);
        if (mistakes.isFatal()) {
            mistakes.throwIfAny(fileName);
        }
        TaskFile taskFile =
                new Parts(root, new References(environment, directory, mistakes), mistakes).assemble(directory);
        mistakes.throwIfAny(fileName);
        return taskFile;
    }

    private static String text(Path file) {
        try {
            long bytes = Files.size(file);
            if (bytes > LARGEST_BYTES) {
                throw tooLarge(file, Long.toString(bytes));
            }
            // A pipe or a device has no size.
            try (InputStream stream = Files.newInputStream(file)) {
                byte[] text = stream.readNBytes((int) LARGEST_BYTES + 1);
                if (text.length > LARGEST_BYTES) {
                    throw tooLarge(file, "more than " + LARGEST_BYTES);
                }
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(text))
                        .toString();
            }
        } catch (NoSuchFileException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Task file " + file + " does not exist.",
                    "Give the path of a task file; docs/task-file.md has an example.",
                    e);
        } catch (CharacterCodingException e) {
            throw new SyncException(
                    FaultKind.USAGE, "Task file " + file + " is not UTF-8 text.", "Save it as UTF-8.", e);
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Task file " + file + " cannot be read.",
                    "Check that it is a file and that this account may read it.",
                    e);
        }
    }

    private static SyncException tooLarge(Path file, String bytes) {
        return new SyncException(
                FaultKind.USAGE,
                "Task file " + file + " has " + bytes + " bytes; a task file has up to " + LARGEST_BYTES + ".",
                "Give the path of a task file; docs/task-file.md has an example.");
    }

    /** One reading of one file, section by section. */
    private final class Parts {

        private final YamlValue.Mapping root;
        private final References references;
        private final Mistakes mistakes;
        private final SectionReader top;

        Parts(YamlValue.Mapping root, References references, Mistakes mistakes) {
            this.root = root;
            this.references = references;
            this.mistakes = mistakes;
            this.top = new SectionReader("", root, references, mistakes);
        }

        TaskFile assemble(Path directory) {
            top.refuseUnknownKeys(KeySections.all());
            String name = top.name(TaskKey.NAME);
            Optional<String> first = mirror(name);
            DatabaseSettings source = source();
            DestinationSettings destination = destination();
            return new TaskFile(
                    name,
                    new SourceSettings(source),
                    mirrored(destination, first),
                    kafka(),
                    topics(),
                    registry(),
                    converters(),
                    top.path(TaskKey.DATA_DIR)
                            .map(directory::resolve)
                            .orElseGet(
                                    () -> home.resolve(".local/share/dts-sync").resolve(name)),
                    objects(),
                    structure(directory),
                    ddl(first),
                    snapshot(),
                    retry(),
                    section("precheck").duration(TaskKey.PRECHECK_TIMEOUT),
                    top.choice(TaskKey.SECOND_INSTANCE, SecondInstance.values()),
                    top.size(TaskKey.WAL_WARNING),
                    switchover(directory, source, destination.database()),
                    verification(),
                    first,
                    metrics());
        }

        /** The tables that a mirror writes to exist already, with rows. */
        private static DestinationSettings mirrored(DestinationSettings settings, Optional<String> mirror) {
            return mirror.isEmpty()
                    ? settings
                    : new DestinationSettings(settings.database(), DestinationSettings.Existing.ADOPT);
        }

        private Optional<String> mirror(String name) {
            String first = top.name(TaskKey.MIRROR_OF);
            if (!first.isEmpty() && first.equals(name)) {
                mistakes.add(Mistakes.NO_LINE, "mirror.of names the task itself. Name the task to mirror.");
            }
            return first.isEmpty() ? Optional.empty() : Optional.of(first);
        }

        private DatabaseSettings source() {
            SectionReader section = section("source");
            return new DatabaseSettings(
                    section.jdbcUrl(TaskKey.SOURCE_URL),
                    section.text(TaskKey.SOURCE_USER),
                    section.secret(TaskKey.SOURCE_PASSWORD),
                    section.driverProperties(TaskKey.SOURCE_PROPERTIES));
        }

        private DestinationSettings destination() {
            SectionReader section = section(DESTINATION);
            return new DestinationSettings(
                    new DatabaseSettings(
                            section.jdbcUrl(TaskKey.DESTINATION_URL),
                            section.text(TaskKey.DESTINATION_USER),
                            section.secret(TaskKey.DESTINATION_PASSWORD),
                            section.driverProperties(TaskKey.DESTINATION_PROPERTIES)),
                    section.choice(TaskKey.DESTINATION_EXISTING, DestinationSettings.Existing.values()));
        }

        private KafkaSettings kafka() {
            if (isEmbedded("kafka")) {
                return new KafkaSettings(true, Map.of());
            }
            SectionReader section = section("kafka");
            Map<String, String> properties = new LinkedHashMap<>(section.openProperties());
            properties.put(TaskKey.KAFKA_BOOTSTRAP.key(), section.brokers(properties));
            return new KafkaSettings(false, properties);
        }

        private RegistrySettings registry() {
            if (isEmbedded("registry")) {
                return new RegistrySettings(true, null, Map.of());
            }
            SectionReader section = section("registry");
            return new RegistrySettings(false, section.httpUrl(TaskKey.REGISTRY_URL), section.openProperties());
        }

        private TopicSettings topics() {
            SectionReader section = section("topics");
            Map<String, String> config = section.properties(TaskKey.TOPICS_CONFIG);
            refuseOwnProperty("config", config, "retention.ms", "Set topics.retention.ms instead.");
            refuseOwnProperty("config", config, "cleanup.policy", NOT_COMPACTED);
            Map<String, Map<String, String>> tables = section.tableProperties(TaskKey.TOPICS_TABLES);
            for (Map<String, String> each : tables.values()) {
                refuseOwnProperty("tables", each, "cleanup.policy", NOT_COMPACTED);
                refuseOwnProperty("tables", each, "max.message.bytes", "Set topics.config.max.message.bytes instead.");
            }
            return new TopicSettings(
                    (int) section.number(TaskKey.TOPICS_REPLICATION),
                    section.number(TaskKey.TOPICS_RETENTION),
                    config,
                    section.choice(TaskKey.TOPICS_VALUES, TopicValues.values()),
                    section.choice(TaskKey.TOPICS_SNAPSHOT, TopicSettings.Snapshot.values()),
                    section.flag(TaskKey.TOPICS_TOMBSTONES),
                    section.flag(TaskKey.TOPICS_TRANSACTIONS),
                    section.choice(TaskKey.TOPICS_UNCHANGED, TopicSettings.Unchanged.values()),
                    tables);
        }

        private void refuseOwnProperty(String key, Map<String, String> config, String property, String remedy) {
            if (config.containsKey(property)) {
                mistakes.add(Mistakes.NO_LINE, "topics." + key + "." + property + " cannot be set there. " + remedy);
            }
        }

        private ConverterSettings converters() {
            String key = top.text(TaskKey.KEY_CONVERTER);
            String value = top.text(TaskKey.VALUE_CONVERTER);
            return new ConverterSettings(
                    key.isEmpty() ? null : key,
                    top.prefixedProperties("key.converter."),
                    value.isEmpty() ? null : value,
                    top.prefixedProperties("value.converter."));
        }

        private ObjectSelection objects() {
            SectionReader section = section("objects");
            return new ObjectSelection(
                    section.patterns(TaskKey.OBJECTS_INCLUDE),
                    section.patterns(TaskKey.OBJECTS_EXCLUDE),
                    section.choice(TaskKey.OBJECTS_OWNERS, ObjectSelection.Owners.values()),
                    section.choice(TaskKey.OBJECTS_UNLOGGED, ObjectSelection.Unlogged.values()),
                    section.choice(TaskKey.OBJECTS_SETTINGS, ObjectSelection.Settings.values()),
                    section.choice(TaskKey.OBJECTS_LARGE_OBJECTS, ObjectSelection.LargeObjects.values()));
        }

        private StructureSettings structure(Path directory) {
            SectionReader section = section("structure");
            return new StructureSettings(
                    section.choice(TaskKey.STRUCTURE_READER, StructureSettings.Reader.values()),
                    section.path(TaskKey.STRUCTURE_PG_DUMP).map(directory::resolve));
        }

        private DdlSettings ddl(Optional<String> mirrored) {
            SectionReader section = section("ddl");
            DdlSettings.Choice choice = section.choice(TaskKey.DDL_MODE, DdlSettings.Choice.values());
            if (mirrored.isPresent() && choice.mode().map(DdlMode::carries).orElse(false)) {
                mistakes.add(
                        Mistakes.NO_LINE,
                        "ddl.mode cannot be " + KeyType.label(choice)
                                + " in a mirror: the task that it mirrors would get its own commands back. Remove it.");
            }
            DdlSettings.Back back = section.choice(TaskKey.DDL_REVERSE, DdlSettings.Back.values());
            if (mirrored.isPresent() && back == DdlSettings.Back.CARRY) {
                mistakes.add(
                        Mistakes.NO_LINE,
                        "ddl.reverse cannot be carry in a mirror: the task that it mirrors would get its own commands back."
                                + " Remove it.");
            }
            return new DdlSettings(
                    mirrored.isPresent() ? DdlSettings.Choice.STOP : choice,
                    section.size(TaskKey.DDL_IMAGE_LIMIT),
                    back,
                    section.choice(TaskKey.DDL_INDEXES, DdlSettings.Indexes.values()));
        }

        private SnapshotSettings snapshot() {
            SectionReader section = section("snapshot");
            return new SnapshotSettings(
                    (int) section.number(TaskKey.SNAPSHOT_WORKERS),
                    (int) section.number(TaskKey.SNAPSHOT_CHUNK_ROWS),
                    section.number(TaskKey.SNAPSHOT_ROWS_PER_SECOND));
        }

        private RetrySettings retry() {
            SectionReader section = section("retry");
            return new RetrySettings(section.duration(TaskKey.RETRY_CONNECTION), section.duration(TaskKey.RETRY_OTHER));
        }

        private SwitchoverSettings switchover(Path directory, DatabaseSettings source, DatabaseSettings destination) {
            SectionReader section = section("switchover");
            return new SwitchoverSettings(
                    section.names(SwitchoverKey.ROLES),
                    section.text(SwitchoverKey.COMMAND),
                    references.variables(),
                    new PgBouncerReader(section, directory).read(source, destination),
                    section.duration(SwitchoverKey.MAXIMUM_LAG),
                    section.duration(SwitchoverKey.DRAIN_TIMEOUT),
                    section.duration(SwitchoverKey.VERIFICATION_AGE));
        }

        private VerificationSettings verification() {
            return new VerificationSettings(section("verify").number(TaskKey.VERIFY_ROWS_PER_SECOND));
        }

        private Optional<MetricsSettings> metrics() {
            return section("metrics")
                    .matched(TaskKey.METRICS_LISTEN, LISTEN, "a host and a port, host:port")
                    .map(parts -> new MetricsSettings(
                            parts.group(1).replaceAll("[\\[\\]]", ""), Integer.parseInt(parts.group(2))));
        }

        private boolean isEmbedded(String name) {
            return root.entries().get(name) instanceof YamlValue.Text text
                    && text.raw().equals(EMBEDDED);
        }

        /** Returns a section's reader; one that is missing or not a map is reported once, and reads as empty. */
        private SectionReader section(String name) {
            YamlValue value = root.entries().get(name);
            if (value instanceof YamlValue.Mapping mapping) {
                SectionReader section = new SectionReader(name, mapping, references, mistakes);
                section.refuseUnknownKeys(List.of());
                return section;
            }
            if (value != null) {
                mistakes.add(value.line(), notAMap(name, value));
            } else if (KeySections.keysOf(name).stream().anyMatch(DescribedKey::required)) {
                mistakes.add(Mistakes.NO_LINE, name + " is missing. " + example(name));
            }
            return new SectionReader(name, NOTHING, references, new Mistakes());
        }

        private String notAMap(String name, YamlValue value) {
            return Mistakes.at(name, value.line()) + " must be a map, not " + value.description() + ". "
                    + example(name);
        }

        private static String example(String section) {
            List<DescribedKey> keys = KeySections.keysOf(section);
            String required = keys.stream()
                    .filter(DescribedKey::required)
                    .map(DescribedKey::exampleEntry)
                    .collect(Collectors.joining(", "));
            boolean embeddable = section.equals("kafka") || section.equals("registry");
            return "Write for example: " + section + ": { "
                    + (required.isEmpty() ? keys.get(0).exampleEntry() : required) + " }"
                    + (embeddable ? " or " + section + ": " + EMBEDDED : "");
        }
    }
}
