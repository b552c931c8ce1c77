package org.dtssync.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.storage.Converter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our converter and Confluent's against one real registry: each reads what the other writes. */
final class ConfluentCompatibilityTest {

    private static final int SCHEMAS = 120;

    private static RegistryProcess registry;
    private static ConfluentConverters confluent;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        registry = RegistryProcess.start();
        confluent = new ConfluentConverters();
    }

    @AfterAll
    static void stop() throws IOException {
        confluent.close();
        registry.close();
    }

    private static AvroConverter ours() {
        AvroConverter converter = new AvroConverter();
        converter.configure(Map.of(RegistryClientSettings.URL, registry.url()), false);
        return converter;
    }

    @Test
    void confluentReadsWhatWeWrite() throws ReflectiveOperationException {
        Converter theirs = confluent.converter(registry.url());

        compare("ours", ours(), theirs);
    }

    @Test
    void weReadWhatConfluentWrites() throws ReflectiveOperationException {
        Converter theirs = confluent.converter(registry.url());

        compare("theirs", theirs, ours());
    }

    private static void compare(String name, Converter writer, Converter reader) {
        for (int seed = 0; seed < SCHEMAS; seed++) {
            RandomConnectData data = new RandomConnectData(seed).onlyWhatConfluentCanWrite();
            Schema schema = data.schema();
            String topic = name + "." + seed;
            for (int i = 0; i < 4; i++) {
                Object value = data.value(schema);
                if (value == null) {
                    continue;
                }
                byte[] bytes = writer.fromConnectData(topic, schema, value);
                SchemaAndValue read = reader.toConnectData(topic, bytes);

                assertThat(Canonical.value(read.value())).as("seed %s", seed).isEqualTo(Canonical.value(value));
                assertThat(Canonical.schema(read.schema(), true))
                        .as("seed %s", seed)
                        .isEqualTo(Canonical.schema(schema, true));
            }
        }
    }
}
