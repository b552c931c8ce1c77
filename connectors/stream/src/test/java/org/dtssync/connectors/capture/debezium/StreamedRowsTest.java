package org.dtssync.connectors.capture.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.dtssync.connectors.fault.SyncException;
import org.junit.jupiter.api.Test;

/** A row that the server sent and Debezium ignored is named. */
class StreamedRowsTest {

    private final StreamedRows rows = new StreamedRows();

    @Test
    void everyRowThatIsHandedOverIsRight() {
        rows.sent(relation(7, "public", "orders"));
        rows.sent(row('I', 7));
        handOver();
        rows.sent(row('U', 7));
        handOver();
        rows.add();
        rows.sent(message('C'));

        assertThat(rows.endTransaction()).isEqualTo(3);
        assertThat(rows.endTransaction()).isZero();
    }

    @Test
    void aRowThatIsIgnoredIsNamedBeforeTheNextMessage() {
        rows.sent(relation(7, "public", "\"dq\""));
        rows.sent(row('D', 7));

        assertThatThrownBy(() -> rows.sent(message('C')))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("a change of table public.\"dq\" that Debezium dropped");
    }

    @Test
    void eachTableOfATruncateCounts() {
        rows.sent(relation(7, "public", "a"));
        rows.sent(relation(8, "Straße", "b"));
        rows.sent(ByteBuffer.allocate(14)
                .put((byte) 'T')
                .putInt(2)
                .put((byte) 0)
                .putInt(7)
                .putInt(8)
                .flip());
        handOver();

        assertThatThrownBy(() -> rows.sent(message('C'))).hasMessageContaining("table public.a, Straße.b that");
    }

    @Test
    void aTableThatWasNotDescribedIsNamedByItsNumber() {
        rows.sent(row('I', 99));

        assertThatThrownBy(() -> rows.sent(message('C'))).hasMessageContaining("with the object id 99");
    }

    private void handOver() {
        rows.add();
        rows.handOver();
    }

    private static ByteBuffer message(char type) {
        return ByteBuffer.wrap(new byte[] {(byte) type, 0, 0});
    }

    private static ByteBuffer row(char type, int relation) {
        return ByteBuffer.allocate(6)
                .put((byte) type)
                .putInt(relation)
                .put((byte) 'N')
                .flip();
    }

    private static ByteBuffer relation(int id, String schema, String table) {
        return ByteBuffer.allocate(100)
                .put((byte) 'R')
                .putInt(id)
                .put(schema.getBytes(StandardCharsets.UTF_8))
                .put((byte) 0)
                .put(table.getBytes(StandardCharsets.UTF_8))
                .put((byte) 0)
                .put((byte) 'd')
                .flip();
    }
}
