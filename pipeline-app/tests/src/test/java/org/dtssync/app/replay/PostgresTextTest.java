package org.dtssync.app.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Floating-point numbers are written as the server prints them. */
@ExtendWith(ServersExtension.class)
class PostgresTextTest {

    private static final int NUMBERS = 3_000;

    @Test
    void numbersAreWrittenAsTheServerPrintsThem(Servers servers) throws Exception {
        List<Double> doubles = new ArrayList<>(List.of(
                0.0,
                -0.0,
                1.0,
                0.1,
                1e14,
                1e15,
                -1e15,
                1e-4,
                1e-5,
                Double.MIN_VALUE,
                Double.MIN_NORMAL,
                Double.MAX_VALUE));
        doubles.addAll(
                List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 2.0e-3, 9007199254740992.0));
        List<Float> floats =
                new ArrayList<>(List.of(0f, -0f, 1f, 0.1f, 1e5f, 1e6f, 1e-4f, 1e-5f, Float.MIN_VALUE, Float.MAX_VALUE));
        Random random = new Random(7);
        while (doubles.size() < NUMBERS) {
            doubles.add(Double.longBitsToDouble(random.nextLong()));
            doubles.add(random.nextInt(1_000_000) / 1000.0);
            floats.add(Float.intBitsToFloat(random.nextInt()));
            floats.add(random.nextInt(100_000) / 100f);
        }

        assertThat(doubles.stream().map(PostgresText::of).toList()).isEqualTo(printed(servers, "float8", doubles));
        assertThat(floats.stream().map(PostgresText::of).toList()).isEqualTo(printed(servers, "float4", floats));
        assertThat(PostgresText.of(true)).isEqualTo("t");
        assertThat(PostgresText.of(new byte[] {1, -1})).isEqualTo("\\x01ff");
    }

    private static List<String> printed(Servers servers, String type, List<?> numbers) throws Exception {
        try (Connection connection = new DatabaseConnections(End.SOURCE, servers.freshDatabase(17), "test").open();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT n::text FROM unnest(?) WITH ORDINALITY u(n, i) ORDER BY i")) {
            statement.setArray(1, connection.createArrayOf(type, numbers.toArray()));
            List<String> texts = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    texts.add(rows.getString(1));
                }
            }
            return texts;
        }
    }
}
