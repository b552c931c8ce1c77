package org.dtssync.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;

/** Whatever can be said in Kafka Connect comes back as it was. */
final class AvroConverterPropertyTest {

    @Property(tries = 2_000, seed = "20260101")
    void everySchemaAndValueComesBack(@ForAll long seed) {
        RandomConnectData data = new RandomConnectData(seed);
        Schema schema = data.schema();
        AvroConverter converter = new AvroConverter(new MemoryRegistry());
        converter.configure(Map.of(), false);
        for (int i = 0; i < 5; i++) {
            Object value = data.value(schema);

            byte[] bytes = converter.fromConnectData("topic", schema, value);
            SchemaAndValue read = converter.toConnectData("topic", bytes);

            assertThat(read.value()).isEqualTo(value);
            if (bytes != null) {
                SchemaAndValue arrays = converter.toArrays("topic", bytes, i);
                assertThat(converter.fromConnectData("topic", schema, arrays.value()))
                        .as("arrays down to level %d", i)
                        .isEqualTo(bytes);
            }
            if (value != null) {
                assertThat(read.schema()).isEqualTo(schema);
            }
        }
    }
}
