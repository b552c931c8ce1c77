package org.dtssync.app.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.junit.jupiter.api.Test;

class TypeUsesTest {

    private final TypeUses uses = new TypeUses(List.of(
            type("type", "CREATE TYPE public.mood AS ENUM ('glad', 'sad')"),
            type("domain", "CREATE DOMAIN public.best_mood AS public.mood CHECK (VALUE <> 'sad')"),
            type("type", "CREATE TYPE app.\"Day\" AS (day date, feeling public.best_mood[])"),
            type("type", "CREATE TYPE public.mood_range AS RANGE (SUBTYPE = public.mood)"),
            type("type", "CREATE TYPE public.size AS ENUM ('mood', 'other')"),
            type("domain", "CREATE DOMAIN public.price AS numeric")));

    private static StructureObject type(String kind, String statement) {
        return new StructureObject(1, kind + ":named", kind, Section.PRE_DATA, List.of(), statement);
    }

    @Test
    void aTypeIsUsedByDomainsCompositesRangesAndRowsOfTables() {
        Set<String> of = uses.of("public.mood", Map.of("week", Set.of("_Day", "int4"), "shop", Set.of("price")));

        assertThat(of)
                .contains("mood", "best_mood", "Day", "mood_range", "mood_multirange", "week")
                .doesNotContain("price", "shop");
        assertThat(TypeUses.isOf("_best_mood", of)).isTrue();
        assertThat(TypeUses.isOf("_price", of)).isFalse();
    }

    @Test
    void aRenamedTypeIsStillUsedUnderItsEarlierName() {
        uses.command("ALTER TYPE", List.of("public.feeling"), "ALTER TYPE public.mood RENAME TO feeling");
        uses.command("CREATE DOMAIN", List.of("public.late"), "create domain late as feeling");

        assertThat(uses.of("public.feeling", Map.of())).contains("feeling", "mood", "best_mood", "Day", "late");
    }
}
