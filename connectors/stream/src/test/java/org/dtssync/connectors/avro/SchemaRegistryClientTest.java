package org.dtssync.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The client against a real registry. */
@Tag("integration")
final class SchemaRegistryClientTest {

    private static final String NOBODY = "http://127.0.0.1:9";

    private static RegistryProcess registry;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        registry = RegistryProcess.start();
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    private static SchemaRegistryClient client(String url, String... more) {
        Map<String, String> properties = new HashMap<>();
        properties.put(RegistryClientSettings.URL, url);
        properties.put("retries.wait.ms", "10");
        for (int i = 0; i < more.length; i += 2) {
            properties.put(more[i], more[i + 1]);
        }
        return new SchemaRegistryClient(RegistryClientSettings.from(properties));
    }

    private static Schema schema(String field) {
        return SchemaBuilder.record("shop.Row").fields().requiredInt(field).endRecord();
    }

    @Test
    void aRegisteredSchemaComesBackByItsIdAndKeepsIt() {
        int id = client(registry.url()).register("a-value", schema("one"));

        SchemaRegistryClient other = client(registry.url() + "/");

        assertThat(other.schemaById(id)).isEqualTo(schema("one"));
        assertThat(other.register("a-value", schema("one"))).isEqualTo(id);
        assertThat(other.register("b-value", schema("one"))).isEqualTo(id);
    }

    @Test
    void textsOfBracesAreNotMisread() {
        Schema schema = SchemaBuilder.record("shop.Row")
                .fields()
                .name("empty")
                .type(SchemaBuilder.builder().stringBuilder().prop("allowed", "{}").endString())
                .withDefault("{}")
                .name("object")
                .type()
                .stringType()
                .stringDefault("{\"a\": \"{}\"}")
                .endRecord();

        int id = client(registry.url()).register("f-value", schema);

        assertThat(client(registry.url()).schemaById(id)).isEqualTo(schema);
    }

    @Test
    void anOwnSubjectTakesAnySchemaEvenIfItsCompatibilityWasSet() {
        SchemaRegistryClient client = client(registry.url());
        client.register("c-value", schema("one"));
        client.setCompatibility("c-value", SchemaRegistry.Compatibility.BACKWARD);

        SyncException refused =
                catchThrowableOfType(SyncException.class, () -> client.register("c-value", schema("two")));
        int id = new OwnSubjects(client).register("c-value", schema("two"));

        assertThat(refused.kind()).isEqualTo(FaultKind.DATA);
        assertThat(refused).hasMessageContaining("c-value").hasMessageContaining("compatibility to NONE");
        assertThat(client(registry.url()).schemaById(id)).isEqualTo(schema("two"));
    }

    @Test
    void whatItRegisteredIsNotAskedForAgain() throws Exception {
        SchemaRegistryClient client;
        int id;
        try (RegistryProcess shortLived = RegistryProcess.start()) {
            client = client(shortLived.url(), "max.retries", "0");
            id = client.register("e-value", schema("one"));
        }

        assertThat(client.schemaById(id)).isEqualTo(schema("one"));
        assertThat(client.register("e-value", schema("one"))).isEqualTo(id);
        assertThatThrownBy(client::ping).hasMessageContaining("cannot be reached");
    }

    @Test
    void theNextAddressIsTriedWhenOneDoesNotAnswer() {
        SchemaRegistryClient client = client(NOBODY + "," + registry.url());

        client.ping();

        int id = client.register("d-value", schema("one"));
        assertThat(client(registry.url()).schemaById(id)).isEqualTo(schema("one"));
    }

    @Test
    void anUnreachableRegistryIsNamedWithoutItsPassword() {
        SchemaRegistryClient client = client(
                "http://clerk:sesame@127.0.0.1:9",
                "max.retries",
                "1",
                RegistryClientSettings.USER_INFO,
                "clerk:sesame");

        SyncException fault = catchThrowableOfType(SyncException.class, client::ping);

        assertThat(fault.kind()).isEqualTo(FaultKind.CONNECTION);
        assertThat(fault)
                .hasMessageStartingWith("The schema registry http://127.0.0.1:9 cannot be reached: ")
                .hasMessageEndingWith("Check that it runs and that registry.url is right.");
        assertThat(fault.toString()).doesNotContain("sesame");
    }

    @Test
    void anAddressThatIsNoRegistryIsToldApart() {
        String home = registry.url().replace("/apis/ccompat/v7", "");

        assertThatThrownBy(() -> client(home).ping())
                .hasMessage("The server at " + home
                        + " does not provide the Confluent schema registry API (HTTP 404). Set the base URL of that API as"
                        + " registry.url; Apicurio's ends in /apis/ccompat/v7.");
    }

    @Test
    void anUnknownIdIsAFaultOfTheData() {
        SyncException fault = catchThrowableOfType(
                SyncException.class, () -> client(registry.url()).schemaById(4711));

        assertThat(fault.kind()).isEqualTo(FaultKind.DATA);
        assertThat(fault).hasMessageContaining("schema with id 4711");
    }

    @Test
    void aCutComesBack() {
        Cut cut = new Cut(
                "shop",
                7,
                -2,
                1_790_000_000_000_001L,
                "7411",
                "dts_sync_shop",
                3,
                5_000_000_000L,
                List.of(new Cut.CutPartition("shop.public.orders", 0, 10, 12, "4pXr1zk0QnGvjJ0dXvVYJg")));
        Cut zero = new Cut("shop", 0, 1, null, "7411", "dts_sync_shop", 0, 0, List.of());
        CutCodec codec = new CutCodec(client(registry.url()), new TopicNames("shop"));
        CutCodec reader = new CutCodec(client(registry.url()), new TopicNames("shop"));

        assertThat(reader.decode(codec.encode(cut))).isEqualTo(cut);
        assertThat(reader.decode(codec.encode(zero))).isEqualTo(zero);
        assertThatThrownBy(() -> codec.decode(new byte[] {1, 2, 3}))
                .hasMessageContaining("__dts_sync.shop.cuts is not in Confluent's wire format");
    }

    @Test
    void theTasksTopicsAreRelaxedForASchemaThatIsRefusedAndOthersLeftAlone() {
        MemoryRegistry memory = new MemoryRegistry();
        memory.strict.add("shop.public.a-key");
        AvroConverter converter = new AvroConverter(memory);
        converter.configure(Map.of(AvroConverter.OWN_TOPIC_PREFIX, "shop."), true);
        org.apache.kafka.connect.data.Schema key = org.apache.kafka.connect.data.SchemaBuilder.struct()
                .field("id", org.apache.kafka.connect.data.Schema.INT64_SCHEMA)
                .build();
        Struct value = new Struct(key).put("id", 1L);

        org.apache.kafka.connect.data.Schema later = org.apache.kafka.connect.data.SchemaBuilder.struct()
                .field("id", org.apache.kafka.connect.data.Schema.STRING_SCHEMA)
                .build();
        Struct laterValue = new Struct(later).put("id", "1");

        for (String topic : List.of("shop.public.a", "shop.public.a", "shop.public.c", "other.b")) {
            converter.fromConnectData(topic, key, value);
        }
        for (String topic : List.of("shop.public.a", "shop.public.c", "other.b")) {
            converter.fromConnectData(topic, later, laterValue);
        }

        assertThat(memory.requests)
                .containsExactly(
                        "register shop.public.a-key",
                        "register shop.public.c-key",
                        "register other.b-key",
                        "refuse shop.public.a-key",
                        "NONE shop.public.a-key",
                        "register shop.public.a-key",
                        "register shop.public.c-key",
                        "register other.b-key");
    }

    @Test
    void schemasOfManyTopicsAreRegisteredAheadAndNotAgain() {
        SchemaRegistryClient client = client(registry.url());
        AvroConverter converter = new AvroConverter(client);
        converter.configure(Map.of(AvroConverter.OWN_TOPIC_PREFIX, "ahead."), true);
        Map<String, org.apache.kafka.connect.data.Schema> schemas = new java.util.TreeMap<>();
        for (int i = 0; i < 20; i++) {
            schemas.put(
                    "ahead.public.t" + i,
                    org.apache.kafka.connect.data.SchemaBuilder.struct()
                            .name("t" + i)
                            .field("id", org.apache.kafka.connect.data.Schema.INT64_SCHEMA)
                            .build());
        }

        converter.prepare(schemas);

        schemas.forEach((topic, schema) -> {
            byte[] bytes = converter.fromConnectData(topic, schema, new Struct(schema).put("id", 1L));
            assertThat(converter.toConnectData(topic, bytes).schema().name()).isEqualTo(schema.name());
        });
    }
}
