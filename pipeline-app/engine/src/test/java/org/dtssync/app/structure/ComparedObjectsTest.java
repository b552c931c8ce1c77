package org.dtssync.app.structure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureForms.Recorded;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.structure.ComparedObjects.Change;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.Test;

/** When functions of two databases differ so that applications may notice it. */
class ComparedObjectsTest {

    private static final String HEAD =
            "CREATE FUNCTION public.f()\n RETURNS void\n LANGUAGE sql\nAS $function$\nUPDATE a SET x = 1;\n";
    private static final String TAIL = "\n$function$";

    private static StructureObject function(String statement) {
        return new StructureObject(1, "function:public.f()", "function", Section.PRE_DATA, List.of(), statement);
    }

    private static List<Change> changes(String source, String destination, Recorded recorded, Existing existing) {
        StructureObject here = function(source);
        StructureObject there = function(destination);
        return new ComparedObjects(
                        Map.of(here.name(), here),
                        Map.of(there.name(), there),
                        new PrintedStatement(Set.of("public")),
                        false)
                .changes(recorded, End.SOURCE, existing);
    }

    @Test
    void theLastStatementOfABodyIsPartOfIt() {
        Recorded none = new Recorded(Map.of(), Map.of());
        String granting = HEAD + "GRANT SELECT ON a TO b" + TAIL;

        assertThat(changes(granting, HEAD + "GRANT SELECT ON a TO c" + TAIL, none, Existing.FAIL))
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.certain()).isTrue();
                    assertThat(change.correction())
                            .isEqualTo(granting.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") + ";");
                });
    }

    @Test
    void whatFollowsABodyIsNoPartOfIt() {
        Recorded none = new Recorded(Map.of(), Map.of());
        String nested = HEAD + "SELECT $$x$$;\nGRANT SELECT ON a TO b" + TAIL;

        assertThat(changes(nested, nested + ";\nCOMMENT ON FUNCTION public.f() IS 'x'", none, Existing.FAIL))
                .isEmpty();
        assertThat(changes(nested, nested.replace("a TO b", "a TO c"), none, Existing.FAIL))
                .extracting(Change::certain)
                .containsExactly(true);
    }

    @Test
    void aBodyThatMayHaveBeenThereBeforeIsNoCertainChange() {
        Recorded none = new Recorded(Map.of(), Map.of());
        String own = HEAD + "SELECT 1" + TAIL;
        String other = HEAD + "SELECT 2" + TAIL;

        assertThat(changes(own, other, none, Existing.ADOPT))
                .extracting(Change::certain)
                .containsExactly(false);
        assertThat(changes(own, other, none, Existing.EMPTY))
                .extracting(Change::certain)
                .containsExactly(false);
        Recorded alike = new Recorded(
                ComparedObjects.digests(Map.of("function:public.f()", function(own))),
                ComparedObjects.digests(Map.of("function:public.f()", function(own))));
        assertThat(changes(own, other, alike, Existing.ADOPT))
                .extracting(Change::certain)
                .containsExactly(true);
    }
}
