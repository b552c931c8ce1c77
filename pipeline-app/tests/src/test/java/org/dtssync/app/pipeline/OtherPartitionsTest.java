package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dtssync.app.config.DestinationSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tables that are divided in another way at the destination, or at one end only, keep their layout and get every row. */
@ExtendWith(ServersExtension.class)
class OtherPartitionsTest {

    private static final String SOURCE = """
            CREATE TABLE public.sale (id int, day date, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE public.sale_old PARTITION OF public.sale FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
            CREATE TABLE public.sale_new PARTITION OF public.sale FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
                PARTITION BY LIST (day);
            CREATE TABLE public.sale_new_rest PARTITION OF public.sale_new DEFAULT;
            CREATE TABLE public.sale_rest PARTITION OF public.sale DEFAULT;
            CREATE TABLE public.reading (sensor text, at int, PRIMARY KEY (sensor, at)) PARTITION BY LIST (sensor);
            CREATE TABLE public.reading_a PARTITION OF public.reading FOR VALUES IN ('a');
            CREATE TABLE public.reading_rest PARTITION OF public.reading DEFAULT;
            CREATE TABLE public.plain (id int PRIMARY KEY, note text) PARTITION BY HASH (id);
            CREATE TABLE public.plain_0 PARTITION OF public.plain FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE public.plain_1 PARTITION OF public.plain FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            CREATE TABLE public.whole (id int PRIMARY KEY, note text);
            INSERT INTO public.sale SELECT i, date '2025-07-01' + i, 'n' FROM generate_series(1, 400) i;
            INSERT INTO public.reading SELECT chr(97 + i % 5), i FROM generate_series(1, 300) i;
            INSERT INTO public.plain SELECT i, 'n' FROM generate_series(1, 300) i;
            INSERT INTO public.whole SELECT i, 'n' FROM generate_series(1, 300) i;
            """;

    private static final String DESTINATION = """
            CREATE TABLE public.sale (id int, day date, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE public.sale_h1 PARTITION OF public.sale FOR VALUES FROM (MINVALUE) TO ('2026-03-01');
            CREATE TABLE public.sale_h2 PARTITION OF public.sale FOR VALUES FROM ('2026-03-01') TO (MAXVALUE);
            CREATE TABLE public.reading (sensor text, at int, PRIMARY KEY (sensor, at)) PARTITION BY HASH (at);
            CREATE TABLE public.reading_0 PARTITION OF public.reading FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE public.reading_1 PARTITION OF public.reading FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            CREATE TABLE public.plain (id int PRIMARY KEY, note text);
            CREATE TABLE public.whole (id int PRIMARY KEY, note text) PARTITION BY RANGE (id);
            CREATE TABLE public.whole_low PARTITION OF public.whole FOR VALUES FROM (MINVALUE) TO (100);
            CREATE TABLE public.whole_high PARTITION OF public.whole FOR VALUES FROM (100) TO (MAXVALUE);
            """;

    private static final String[] CHANGES = {
        "UPDATE public.sale SET day = day + 300, note = 'later' WHERE id % 3 = 0",
        "DELETE FROM public.sale WHERE id % 7 = 0",
        "UPDATE public.reading SET at = at + 1000 WHERE sensor = 'a'",
        "DELETE FROM public.reading WHERE sensor = 'b' AND at < 100",
        "UPDATE public.plain SET id = id + 1000 WHERE id % 2 = 1",
        "UPDATE public.whole SET id = 500 - id, note = 'turned' WHERE id < 150",
        "INSERT INTO public.whole SELECT i, 'new' FROM generate_series(501, 520) i"
    };

    @Test
    void eachSideKeepsItsOwn(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        MovedTask moved = new MovedTask(adopting(TaskFiles.of(servers, source, destination)), source, destination);
        moved.atSource(SOURCE);
        moved.atDestination(DESTINATION);

        moved.run(RunGoal.SNAPSHOT);
        moved.atSource(CHANGES[0], CHANGES[2], CHANGES[4]);
        moved.move();
        moved.atSource(CHANGES);
        VerifyReport report = new Pipeline(moved.task(), PipelineListener.NONE)
                .run(RunOptions.to(RunGoal.VERIFIED))
                .orElseThrow();

        assertThat(report.differences()).isEmpty();
        for (String table : List.of("sale", "reading", "plain", "whole")) {
            String rows = "SELECT count(*) || string_agg(t::text, ' ' ORDER BY t::text) FROM public." + table + " t";
            assertThat(moved.valueAtDestination(rows)).as(table).isEqualTo(moved.valueAtSource(rows));
        }
        assertThat(moved.valueAtDestination(
                        "SELECT string_agg(inhrelid::regclass::text, ' ' ORDER BY inhrelid::regclass::text) FROM pg_inherits"
                                + " WHERE inhrelid::regclass::text !~ 'pkey'"))
                .isEqualTo("reading_0 reading_1 sale_h1 sale_h2 sale_rest whole_high whole_low");
        assertThat(new StructureObjectStore(
                                new DatabaseConnections(End.DESTINATION, destination, "test"),
                                moved.task().name())
                        .list().stream()
                                .filter(stored -> stored.state() == ObjectState.SKIPPED)
                                .map(stored -> stored.object().name()))
                .contains(
                        "table:public.sale_old",
                        "table:public.sale_new_rest",
                        "primary-key:public.plain_0.plain_0_pkey");
        moved.release();
    }

    private static TaskFile adopting(TaskFile task) {
        return new TaskFileBuilder(task)
                .destination(new DestinationSettings(task.destination().database(), DestinationSettings.Existing.ADOPT))
                .build();
    }
}
