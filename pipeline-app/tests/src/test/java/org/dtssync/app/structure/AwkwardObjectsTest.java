package org.dtssync.app.structure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.Section;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Objects that are hard to print or to order are the same at the destination, down to what their catalogs say. */
@ExtendWith(ServersExtension.class)
class AwkwardObjectsTest {

    @ParameterizedTest
    @CsvSource({"14, 17, awkward.sql", "18, 18, awkward.sql", "18, 18, awkward18.sql"})
    void everythingIsTheSameOnceLateObjectsAreMade(int from, int to, String sql, Servers servers) throws Exception {
        Move move = new Move(servers, from, to);
        Move.execute(move.source, Move.sql(sql));
        move.read(Move.EVERYTHING);

        move.make(Existing.FAIL);
        late(move).make();

        assertThat(new StructureComparison(move.source, move.destination, Move.EVERYTHING).differences())
                .isEmpty();
        assertThat(lines(move, true)).containsExactlyElementsOf(lines(move, false));
        assertThat(move.inState(ObjectState.FAILED)).isEmpty();
    }

    @Test
    void eachIsMadeAtTheFirstAttempt(Servers servers) throws Exception {
        Move move = new Move(servers, 14, 17);
        Move.execute(move.source, Move.sql("awkward.sql"));
        move.read(Move.EVERYTHING);
        List<String> refused = new ArrayList<>();
        StructureApplier applier = new StructureApplier(
                move.destination, move.store, move.epoch, Existing.FAIL, 3, (object, state, seconds) -> {
                    if (state != ObjectState.DONE) {
                        refused.add(object.name());
                    }
                });

        for (Section section : Section.values()) {
            applier.apply(section);
        }

        assertThat(refused).isEmpty();
    }

    @Test
    void whatCouldRefuseRowsOrActWaitsUntilTheDestinationIsOpen(Servers servers) throws Exception {
        Move move = new Move(servers, 18, 18);
        Move.execute(move.source, Move.sql("late.sql"));
        Move.execute(
                move.source, "INSERT INTO public.offer VALUES (1, now() + interval '1 s', NULL); SELECT pg_sleep(1.1)");
        move.read(Move.EVERYTHING);
        move.make(Existing.FAIL);
        Move.execute(move.destination, "INSERT INTO public.offer SELECT 1, now() - interval '1 s', NULL");
        List<String> before = late(move.destination);

        late(move).make();

        assertThat(before).containsOnly("event trigger ev1 D", "event trigger ev2 D");
        assertThat(late(move.destination))
                .containsExactly(
                        "domain in_past t",
                        "event trigger ev1 O",
                        "event trigger ev2 A",
                        "table c1 t",
                        "table country_is_known t",
                        "table offer_d_check t",
                        "table offer_open f");
        assertThat(move.inState(ObjectState.FAILED)).containsExactly("validation:public.offer.offer_open");

        late(move).withdraw();

        assertThat(late(move.destination)).isEqualTo(before);
    }

    @Test
    void viewsAreFilledInAnOrderThatIsFoundAndOneThatCannotBeIsNamed(Servers servers) throws Exception {
        Move move = new Move(servers, 14, 17);
        Move.execute(move.source, Move.sql("late.sql"));
        move.read(Move.EVERYTHING);
        move.make(Existing.FAIL);
        Move.execute(move.destination, "INSERT INTO public.sale VALUES (1, 'north', 3)");
        List<TableName> filled = new ArrayList<>();
        StructureFinisher finisher = new StructureFinisher(move.source, move.destination, Move.EVERYTHING, move.epoch);

        finisher.refresh(Optional.of(move.store), filled::add);

        assertThat(filled)
                .containsExactlyInAnyOrder(new TableName("public", "award"), new TableName("public", "zone_total"));
        assertThat(Move.query(move.destination, "SELECT winner FROM public.award"))
                .containsExactly("north");
        assertThat(move.inState(ObjectState.FAILED)).containsExactly("refresh:public.b_over_unfilled");
        assertThat(move.store.show("refresh:public.b_over_unfilled").error().orElseThrow())
                .contains("\"a_unfilled\" has not been populated");
    }

    private static LateObjects late(Move move) {
        return new LateObjects(move.destination, move.store, move.epoch);
    }

    /** Checks and event triggers that the list keeps for later. */
    private static List<String> late(DatabaseConnections database) throws Exception {
        return Move.query(database, """
                SELECT concat_ws(' ', CASE WHEN contypid = 0 THEN 'table' ELSE 'domain' END, conname, convalidated) FROM pg_constraint
                WHERE conname IN ('in_past', 'c1', 'country_is_known', 'offer_d_check', 'offer_open')
                UNION ALL SELECT concat_ws(' ', 'event trigger', evtname, evtenabled) FROM pg_event_trigger
                ORDER BY 1
                """);
    }

    /** An older server prints a word without quotes that is a keyword of a newer one. */
    private static List<String> lines(Move move, boolean source) throws Exception {
        return CatalogPrint.of(source ? move.source : move.destination).stream()
                .map(line -> line.replace("\"json\"", "json"))
                .sorted()
                .toList();
    }
}
