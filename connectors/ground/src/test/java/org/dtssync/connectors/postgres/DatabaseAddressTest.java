package org.dtssync.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseAddressTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            jdbc:postgresql://db/shop                        | db        | 5432      | shop
            jdbc:postgresql://127.0.0.1:5433/shop            | 127.0.0.1 | 5433      | shop
            jdbc:postgresql://one:1,two:2,three/shop?ssl=true| one two three | 1 2 5432 | shop
            jdbc:postgresql://[::1]:5433/shop                | ::1       | 5433      | shop
            jdbc:postgresql://[::1],[fe80::1]:7/shop         | ::1 fe80::1 | 5432 7  | shop
            jdbc:postgresql://db/m%2B4                       | db        | 5432      | m+4
            jdbc:postgresql://db/m%254                       | db        | 5432      | m%4
            jdbc:postgresql://db/m%3F4?options=-c%20jit%3Doff| db        | 5432      | m?4
            """)
    void isReadAsTheDriverReadsIt(String url, String hosts, String ports, String database) {
        DatabaseAddress address = DatabaseAddress.of(url).orElseThrow();

        assertThat(address.hosts()).containsExactlyElementsOf(List.of(hosts.split(" ", -1)));
        assertThat(address.ports().stream().map(String::valueOf))
                .containsExactlyElementsOf(List.of(ports.split(" ", -1)));
        assertThat(address.database()).isEqualTo(database);
        assertThat(address.bareUrl()).isEqualTo(url.replaceFirst("\\?.*", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://db/m%4",
                "jdbc:postgresql://db/m%zz",
                "jdbc:postgresql://db:port/m",
                "jdbc:mysql://db/m"
            })
    void ofOtherTextsIsNone(String url) {
        assertThat(DatabaseAddress.of(url)).isEmpty();
    }

    @Test
    void namesTheServerThatCanBeWrittenToWhereThereAreSeveral() {
        assertThat(properties("jdbc:postgresql://one,two/shop"))
                .isEqualTo(Map.of("targetServerType", "primary", "options", "-c default_transaction_read_only=off"));
        assertThat(properties("jdbc:postgresql://one,two/shop?targetServerType=any&options=-c%20jit%3Doff"))
                .isEqualTo(Map.of(
                        "targetServerType", "any", "options", "-c jit=off -c default_transaction_read_only=off"));
        assertThat(properties("jdbc:postgresql://one/shop?ssl=true")).isEqualTo(Map.of("ssl", "true"));
    }

    private static Properties properties(String url) {
        Properties properties = new Properties();
        DatabaseAddress.of(url).orElseThrow().addTo(properties);
        return properties;
    }
}
