package org.dtssync.app.config;

import java.util.Arrays;
import org.dtssync.schemas.TopicValues;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the task file but those of the section {@code switchover}, which {@link SwitchoverKey} lists; {@link KeySections} has
 * both. A key {@code *} stands for any key of that section, {@code key.converter.*} for any with that prefix. Each begins with its
 * place, {@code section/key}, since keys have dots of their own.
 */
enum TaskKey implements DescribedKey {
    NAME(
            "name",
            KeyType.NAME,
            null,
            "shop",
            "Names the slot and the publication, `dts_sync_<name>`, the topics, `<name>.<schema>.<table>` and `__dts_sync.<name>.cuts`, and the state.",
            "Each task needs its own; it cannot be changed once the task has started."),
    SOURCE_URL(
            "source/url",
            KeyType.JDBC_URL,
            null,
            "jdbc:postgresql://127.0.0.1:5432/shop",
            "JDBC URL of the database to migrate; it includes TLS settings such as ?sslmode=verify-full.",
            "It names your database."),
    SOURCE_USER(
            "source/user",
            KeyType.TEXT,
            null,
            "migrator",
            "The account at the source.",
            "It names your account; the README lists the rights it needs."),
    SOURCE_PASSWORD(
            "source/password",
            KeyType.SECRET,
            "${env:SOURCE_PASSWORD}",
            "The account's password; leave it out if the server asks for none.",
            "Keep it out of the file with ${env:NAME} or ${file:/path}."),
    SOURCE_PROPERTIES(
            "source/properties",
            KeyType.PROPERTIES,
            "{ sslmode: verify-full }",
            "Additional properties of the PostgreSQL JDBC driver.",
            "TLS, timeouts, or any other driver setting."),
    DESTINATION_URL(
            "destination/url",
            KeyType.JDBC_URL,
            null,
            "jdbc:postgresql://127.0.0.1:5433/shop",
            "JDBC URL of the database to migrate to.",
            "It names your database."),
    DESTINATION_USER(
            "destination/user",
            KeyType.TEXT,
            null,
            "migrator",
            "The account at the destination.",
            "It names your account; the README lists the rights it needs."),
    DESTINATION_PASSWORD(
            "destination/password",
            KeyType.SECRET,
            "${file:/run/secrets/destination}",
            "The account's password; leave it out if the server asks for none.",
            "Keep it out of the file with ${env:NAME} or ${file:/path}."),
    DESTINATION_PROPERTIES(
            "destination/properties",
            KeyType.PROPERTIES,
            "{ sslmode: verify-full }",
            "Additional properties of the PostgreSQL JDBC driver.",
            "TLS, timeouts, or any other driver setting."),
    DESTINATION_EXISTING(
            "destination/existing",
            "fail",
            "What to do if selected tables exist at the destination: fail, empty (remove their rows) or adopt (they must be empty).",
            "The destination was prepared by other means, or contains an earlier attempt.",
            DestinationSettings.Existing.values()),
    KAFKA_BOOTSTRAP(
            "kafka/bootstrap.servers",
            KeyType.TEXT,
            null,
            "127.0.0.1:9092",
            "The brokers, host:port separated by commas. kafka: embedded starts one in the process instead.",
            "It names your brokers."),
    KAFKA_OTHER(
            "kafka/*",
            KeyType.PROPERTY,
            "SASL_SSL",
            "Any Kafka client property, such as security.protocol, sasl.jaas.config or ssl.truststore.location.",
            "Your brokers require TLS or a login."),
    TOPICS_REPLICATION(
            "topics/replication.factor",
            KeyType.COUNT,
            "1",
            "copies",
            "3",
            1,
            Short.MAX_VALUE,
            "Replication factor of each topic.",
            "3 on a real cluster, so that losing one broker loses no data."),
    TOPICS_RETENTION(
            "topics/retention.ms",
            KeyType.RETENTION,
            "604800000",
            "milliseconds",
            "604800000",
            -1,
            Long.MAX_VALUE,
            "How long the records of tables are retained; -1 means forever.",
            "Longer than the initial load takes, and as far back as you want to be able to replay."),
    TOPICS_CONFIG(
            "topics/config",
            KeyType.PROPERTIES,
            "{ compression.type: zstd }",
            "Additional topic properties.",
            "Per-topic limits such as max.message.bytes."),
    TOPICS_TABLES(
            "topics/tables",
            KeyType.TABLE_PROPERTIES,
            "{ \"public.audit*\": { retention.ms: -1, compression.type: zstd } }",
            "Additional topic properties of the tables that a pattern matches; of several patterns the later one counts.",
            "Some tables are to be retained longer, or compressed otherwise."),
    TOPICS_VALUES(
            "topics/values",
            KeyType.CHOICE,
            "debezium",
            "text",
            "How values are written: debezium (with the schemas of Debezium's own connector, as docs/types.md lists them) or text"
                    + " (PostgreSQL's text, except numbers, booleans and bytes). A task keeps the form it began with.",
            "Consumers read PostgreSQL's exact text of every value, and no headers.",
            TopicValues.values()),
    TOPICS_SNAPSHOT(
            "topics/snapshot",
            "none",
            "Whether the rows that the load copies go to the topics too, as records with op r before the changes that follow: none or"
                    + " read. While a chunk is written, changes wait.",
            "A consumer has to know every row, and there is no other way for it to read them.",
            TopicSettings.Snapshot.values()),
    TOPICS_TOMBSTONES(
            "topics/tombstones",
            "Whether a record without a value follows each delete, as with Debezium's tombstones.on.delete.",
            "A consumer, or a copy of the topics that is compacted, needs it to forget a key."),
    TOPICS_TRANSACTIONS(
            "topics/transaction.metadata",
            "Whether each record has the block transaction, as with Debezium's provide.transaction.metadata.",
            "A consumer puts transactions together."),
    TOPICS_UNCHANGED(
            "topics/unchanged",
            "placeholder",
            "What a record has for a large value that the source did not send, since it did not change: placeholder (Debezium's) or read"
                    + " (the value that the source has then, with a query for each such change; the whole row must fit into a record).",
            "A consumer writes whole rows and does not know the placeholder, such as Debezium's JDBC sink.",
            TopicSettings.Unchanged.values()),
    REGISTRY_URL(
            "registry/url",
            KeyType.HTTP_URL,
            null,
            "http://127.0.0.1:8081",
            "Base URL of the Confluent-compatible API (Apicurio: .../apis/ccompat/v7). registry: embedded starts one instead.",
            "It names your registry."),
    REGISTRY_OTHER(
            "registry/*",
            KeyType.PROPERTY,
            "${env:REGISTRY_LOGIN}",
            "Any registry client property, such as basic.auth.user.info.",
            "Your registry requires a login."),
    KEY_CONVERTER(
            "key.converter",
            KeyType.TEXT,
            "io.confluent.connect.avro.AvroConverter",
            "Class of the Kafka Connect converter for record keys; default: dts-sync's Avro converter.",
            "Consumers of the topics need another format."),
    KEY_CONVERTER_OTHER(
            "key.converter.*",
            KeyType.PROPERTY,
            "http://127.0.0.1:8081",
            "Properties of that converter.",
            "The converter requires them."),
    VALUE_CONVERTER(
            "value.converter",
            KeyType.TEXT,
            "io.confluent.connect.avro.AvroConverter",
            "Class of the Kafka Connect converter for record values; default: dts-sync's Avro converter.",
            "Consumers of the topics need another format."),
    VALUE_CONVERTER_OTHER(
            "value.converter.*",
            KeyType.PROPERTY,
            "http://127.0.0.1:8081",
            "Properties of that converter.",
            "The converter requires them."),
    DATA_DIR(
            "data.dir",
            KeyType.PATH,
            "~/.local/share/dts-sync/<name>",
            "/var/lib/dts-sync",
            "Where embedded servers keep their data; a relative path starts at the task file's directory.",
            "The home directory is small, or does not belong to the account."),
    OBJECTS_INCLUDE(
            "objects/include",
            KeyType.PATTERNS,
            "public.*",
            "[ \"public.*\" ]",
            "Patterns schema.table, with * for any characters and ? for one; a table is selected if one matches.",
            "More schemas than public, or only some tables."),
    OBJECTS_EXCLUDE(
            "objects/exclude",
            KeyType.PATTERNS,
            "[ \"public.scratch_*\" ]",
            "Patterns that exclude tables.",
            "Tables that need not or cannot be migrated."),
    OBJECTS_OWNERS(
            "objects/owners",
            "keep",
            "Whether owners and grants are migrated: keep (the roles must exist) or drop (everything belongs to the destination's account).",
            "The destination has other roles.",
            ObjectSelection.Owners.values()),
    OBJECTS_UNLOGGED(
            "objects/unlogged",
            "structure",
            "What happens to unlogged tables, whose changes are not in the WAL: they are created without their rows (structure),"
                    + " their rows are copied once at the load and again at each switch (copy), or precheck refuses them (refuse).",
            "Their rows are needed (copy), or no row may be left behind (refuse); writes are blocked for as long as copying takes.",
            ObjectSelection.Unlogged.values()),
    OBJECTS_SETTINGS(
            "objects/settings",
            "leave",
            "Whether the destination also gets what ALTER DATABASE ... SET, and ALTER ROLE ... IN DATABASE ... SET, have set"
                    + " at the source: carry or leave. Settings with a dot in their names, which may be secrets, are never migrated.",
            "Applications rely on them.",
            ObjectSelection.Settings.values()),
    OBJECTS_LARGE_OBJECTS(
            "objects/large.objects",
            "leave",
            "Whether large objects (pg_largeobject), which logical replication does not send, are copied once at the load and"
                    + " again at each switch (copy), or left to you (leave); each may have up to 1 GB.",
            "Applications use them; both databases read all of them while writes are blocked. Large objects that only the"
                    + " database has that applications move to are removed there.",
            ObjectSelection.LargeObjects.values()),
    STRUCTURE_READER(
            "structure/reader",
            "auto",
            "What reads the schema objects of the source: pg_dump, builtin (needs no program), or auto: pg_dump if one is found"
                    + " that is at least as new as the source, else builtin.",
            "The same reader on every machine; docs/structure.md compares the two.",
            StructureSettings.Reader.values()),
    STRUCTURE_PG_DUMP(
            "structure/pg_dump",
            KeyType.PATH,
            "/usr/lib/postgresql/18/bin/pg_dump",
            "The pg_dump to use; default: the first one on the path that is new enough, else one where packages install it.",
            "Several versions are installed, or one in an unusual place."),
    DDL_MODE(
            "ddl/mode",
            KeyType.CHOICE,
            "auto",
            "stop",
            "What a change of the source's structure does: stop the task, run where it stood among the rows (carry), or once allowed (hold)."
                    + " auto: carry if event triggers can be made at the source, else stop.",
            "A person shall decide about each change. docs/ddl.md says how commands are carried; a task keeps the mode it began with.",
            DdlSettings.Choice.values()),
    DDL_IMAGE_LIMIT(
            "ddl/image.limit",
            KeyType.SIZE,
            "64MB",
            "64MB",
            "The source sends the rows that a command writes itself (a type, a volatile default) of tables up to this size.",
            "The source has room to write each row once more, with its WAL; a larger table has to be reloaded. 0 sends none."),
    DDL_REVERSE(
            "ddl/reverse",
            KeyType.CHOICE,
            "stop",
            "carry",
            "What a change of the destination's structure does after a switchover: stop the task, or run at the source too (carry)."
                    + " Read at each switchover.",
            "Deployments continue at the new side, event triggers can be made there, and the source's version understands their statements.",
            DdlSettings.Back.values()),
    DDL_INDEXES(
            "ddl/indexes",
            KeyType.CHOICE,
            "inline",
            "deferred",
            "When an index that CREATE INDEX makes is built: where the command stood, while the rows behind it wait (inline), or while the"
                    + " stream continues (deferred); a unique one always where it stood.",
            "Indexes of large tables are made while the task runs, and the lag shall not grow by the time that each takes.",
            DdlSettings.Indexes.values()),
    SNAPSHOT_WORKERS(
            "snapshot/workers",
            KeyType.COUNT,
            "2",
            "workers",
            "4",
            1,
            64,
            "How many chunks are copied in parallel.",
            "More workers copy existing rows faster but load both servers more."),
    SNAPSHOT_CHUNK_ROWS(
            "snapshot/chunk.rows",
            KeyType.COUNT,
            "100000",
            "rows",
            "100000",
            100,
            100_000_000,
            "Approximate number of rows per chunk.",
            "Smaller chunks make transactions at the source shorter and repeat less after a kill."),
    SNAPSHOT_ROWS_PER_SECOND(
            "snapshot/rows.per.second",
            KeyType.COUNT,
            "0",
            "rows",
            "50000",
            0,
            1_000_000_000,
            "Limit of rows that the load copies per second; 0 means no limit. dts-sync set changes it during the load.",
            "The source or the network is busy, and the load may take longer."),
    RETRY_CONNECTION(
            "retry/connection",
            KeyType.DURATION,
            "12h",
            "12h",
            "How long a lost connection is retried before the task stops.",
            "Longer maintenance windows, or none."),
    RETRY_OTHER(
            "retry/other",
            KeyType.DURATION,
            "10m",
            "10m",
            "How long other transient errors (deadlocks, disk full) are retried.",
            "To fail sooner, or later."),
    PRECHECK_TIMEOUT(
            "precheck/timeout",
            KeyType.DURATION,
            "15s",
            "60s",
            "How long the precheck waits for a connection or an answer of each server.",
            "Servers are slow to answer, but not absent. A run that has started waits as long as retry.connection says."),
    VERIFY_ROWS_PER_SECOND(
            "verify/rows.per.second",
            KeyType.COUNT,
            "0",
            "rows",
            "50000",
            0,
            1_000_000_000,
            "Limit of source rows that a verification reads per second; 0 means no limit.",
            "The source is busy, and a verification may take longer."),
    MIRROR_OF(
            "mirror.of",
            KeyType.NAME,
            "shop",
            "The task that this one mirrors. It replicates in the opposite direction, and each task ignores rows written by the other.",
            "Both directions as separate processes; see docs/switchover.md."),
    SECOND_INSTANCE(
            "second.instance",
            "refuse",
            "What a second instance of the task does while the first is active: refuse (exit with an error) or standby (wait and take over).",
            "A standby on another machine.",
            SecondInstance.values()),
    METRICS_LISTEN(
            "metrics/listen",
            KeyType.TEXT,
            "127.0.0.1:9404",
            "Host and port where a run serves Prometheus metrics, path /metrics; without it nothing listens.",
            "You monitor lag and retained WAL; port 0 takes a free one, and the log shows which."),
    WAL_WARNING(
            "wal.warning",
            KeyType.SIZE,
            "10GB",
            "10GB",
            "Warn when the source retains this much WAL for the task.",
            "The source's disk has less space, or much more.");

    /** A record of texts, numbers and an unmodifiable list, which Error Prone cannot see. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final KeyFacts facts;

    /** A key without a default. */
    TaskKey(String place, String meaning, String whyChange) {
        this(place, KeyType.FLAG, "false", "true", meaning, whyChange);
    }

    TaskKey(String place, String choice, String meaning, String whyChange, Enum<?>... choices) {
        this(place, KeyType.CHOICE, choice, choice, meaning, whyChange, choices);
    }

    TaskKey(String place, KeyType type, String example, String meaning, String whyChange) {
        this(place, type, "", example, meaning, whyChange);
    }

    TaskKey(
            String place,
            KeyType type,
            @Nullable String defaultText,
            String example,
            String meaning,
            String whyChange,
            Enum<?>... choices) {
        this(place, type, defaultText, type.unit(), example, 0, Long.MAX_VALUE, meaning, whyChange, choices);
    }

    TaskKey(
            String place,
            KeyType type,
            @Nullable String defaultText,
            String unit,
            String example,
            long least,
            long most,
            String meaning,
            String whyChange,
            Enum<?>... choices) {
        this.facts = KeyFacts.at(
                place, type, defaultText, unit, example, least, most, meaning, whyChange, Arrays.asList(choices));
    }

    @Override
    public KeyFacts facts() {
        return facts;
    }
}
