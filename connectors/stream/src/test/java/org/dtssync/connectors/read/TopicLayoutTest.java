package org.dtssync.connectors.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.regex.Pattern;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicNames.Layout;
import org.dtssync.schemas.TopicTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A consumer's regular expression takes in tables alone, and both layouts are understood. */
class TopicLayoutTest {

    @Test
    void aTasksOwnTopicsAreApartFromTables() {
        TopicNames names = new TopicNames("shop");
        Pattern tables = Pattern.compile("shop\\..*");

        assertThat(tables.matcher(names.table("public", "cuts")).matches()).isTrue();
        assertThat(tables.matcher(names.cuts()).matches()).isFalse();
        assertThat(tables.matcher(names.table("dts_sync", "heartbeat")).matches())
                .isFalse();
        assertThat(names.cuts()).isEqualTo("__dts_sync.shop.cuts");
    }

    @Test
    void aTaskOfAnEarlierReleaseHasItsNames() {
        TopicNames names = new TopicNames("shop", Layout.TOGETHER);

        assertThat(names.cuts()).isEqualTo("shop.cuts");
        assertThat(names.table("dts_sync", "heartbeat")).isEqualTo("shop.dts_sync.heartbeat");
        assertThat(names.prefixes()).containsExactly("shop.");
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void theTableOfATopicIsFound(Layout layout) {
        TopicNames names = new TopicNames("shop", layout);
        for (TopicTable table : new TopicTable[] {
            new TopicTable("public", "a.b"), new TopicTable("x", "cuts"), new TopicTable("dts_sync", "heartbeat")
        }) {
            String topic = names.table(table.schema(), table.table());

            assertThat(names.tableOf(topic)).isEqualTo(table);
            assertThat(names.isOurs(topic)).isTrue();
            assertThat(names.prefixes()).anyMatch(topic::startsWith);
        }
        assertThat(names.isOurs(names.cuts())).isTrue();
        assertThatThrownBy(() -> names.tableOf(names.cuts())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLayoutThatHasCutsIsFound() {
        TopicNames names = new TopicNames("shop");
        String apart = names.cuts();
        String together = "shop.cuts";

        assertThat(found(Set.of())).isEqualTo(Layout.APART);
        assertThat(found(Set.of(together))).isEqualTo(Layout.TOGETHER);
        assertThat(found(Set.of(apart), apart)).isEqualTo(Layout.APART);
        assertThat(found(Set.of(apart, together), together)).isEqualTo(Layout.TOGETHER);
        assertThat(found(Set.of(apart, together), apart)).isEqualTo(Layout.APART);
        assertThat(found(Set.of(apart, together), apart, together)).isEqualTo(Layout.APART);
        assertThat(found(Set.of(apart, together))).isEqualTo(Layout.APART);
    }

    private static Layout found(Set<String> topics, String... written) {
        return new TopicNames("shop").found(topics, Set.of(written)::contains).layout();
    }

    @Test
    void theTopicsOfOtherTasksAreNotOurs() {
        TopicNames names = new TopicNames("shop");

        assertThat(names.isOurs("__dts_sync.shop_reverse.cuts")).isFalse();
        assertThat(names.isOurs("shop_reverse.cuts")).isFalse();
        assertThat(names.isOurs("__dts_sync.cuts")).isFalse();
    }
}
