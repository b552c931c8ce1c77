package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.dtssync.app.config.StructureSettings;
import org.dtssync.app.config.StructureSettings.Reader;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.testing.PgClient;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A whole task whose structure comes from pg_dump, with objects that need each other and rules that are not valid. */
@ExtendWith(ServersExtension.class)
class ReadsWithPgDumpTest {

    private static final String STRUCTURE = """
            CREATE TABLE public.counter (name text CONSTRAINT counter_key PRIMARY KEY, n bigint NOT NULL DEFAULT 0);
            CREATE PROCEDURE public.bump(who text) LANGUAGE sql BEGIN ATOMIC INSERT INTO public.counter AS c VALUES (who, 1)
                ON CONFLICT ON CONSTRAINT counter_key DO UPDATE SET n = c.n + 1; END;
            CREATE FUNCTION public.per_name() RETURNS TABLE (name text, n bigint) LANGUAGE sql STABLE
                BEGIN ATOMIC SELECT c.name, c.n FROM public.counter c GROUP BY c.name; END;
            CREATE VIEW public.names AS SELECT * FROM public.per_name();
            CREATE DOMAIN public.mail AS text;
            CREATE TABLE public.member (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail public.mail, n int DEFAULT 0);
            INSERT INTO public.member (mail) SELECT 'nobody' FROM generate_series(1, 50);
            ALTER DOMAIN public.mail ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%') NOT VALID;
            CREATE TABLE public.country (code text PRIMARY KEY, name text NOT NULL);
            CREATE FUNCTION public.country_known(c text) RETURNS boolean LANGUAGE sql STABLE SET search_path = public
                AS 'SELECT EXISTS (SELECT 1 FROM country WHERE code = c)';
            CREATE DOMAIN public.country_code AS text CHECK (public.country_known(VALUE));
            INSERT INTO public.country SELECT 'C' || g, 'Country ' || g FROM generate_series(1, 50) g;
            CREATE TABLE public.address (id bigint PRIMARY KEY, country text NOT NULL CHECK (public.country_known(country)),
                via public.country_code);
            INSERT INTO public.address SELECT g, 'C' || (g % 50 + 1), 'C' || (g % 50 + 1) FROM generate_series(1, 500) g;
            CREATE TABLE public.event (id int, day date, PRIMARY KEY (id, day), CHECK (id > 0)) PARTITION BY RANGE (day);
            CREATE TABLE public.event_old PARTITION OF public.event FOR VALUES FROM (MINVALUE) TO ('2025-01-01');
            CREATE TABLE public.event_rest PARTITION OF public.event DEFAULT;
            INSERT INTO public.event SELECT g, date '2024-12-01' + g FROM generate_series(1, 100) g;
            CREATE MATERIALIZED VIEW public.per_country AS SELECT country, count(*) AS n FROM public.address GROUP BY country;
            """;

    private static final String CHANGES = """
            CALL public.bump('a'); CALL public.bump('a');
            INSERT INTO public.country VALUES ('new', 'New'); INSERT INTO public.address VALUES (1000, 'new', 'new');
            UPDATE public.address SET country = 'new', via = 'new' WHERE id = 7; DELETE FROM public.event WHERE id < 50;
            UPDATE public.member SET mail = 'a@b' WHERE id <= 10; UPDATE public.event SET day = day + 1 WHERE id > 90;
            """;

    /** Checks that depend on another table wait until the switchover. */
    private static final String CHECKS = """
            SELECT string_agg(conname || convalidated, ' ' ORDER BY conname) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype = 'c'
              AND conname NOT IN ('address_country_check', 'country_code_check')
            """;

    @Test
    void theTaskIsLoadedFollowedAndEqual(Servers servers) throws Exception {
        assumeTrue(PgClient.program("pg_dump").isPresent(), PgClient.MISSING);
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        execute(source, STRUCTURE);
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .structure(new StructureSettings(Reader.PG_DUMP, PgClient.program("pg_dump")))
                .build();

        assertThat(isEqual(task)).isTrue();
        execute(source, CHANGES);
        assertThat(isEqual(task)).isTrue();

        assertThat(query(destination, "SELECT n FROM public.names WHERE name = 'a'"))
                .isEqualTo("2");
        assertThat(query(destination, "SELECT count(*) FROM public.per_country"))
                .isEqualTo("50");
        assertThat(query(destination, CHECKS)).isEqualTo(query(source, CHECKS));
        new Release(task).run(true);
    }

    private static boolean isEqual(TaskFile task) throws InterruptedException {
        return new Pipeline(task, PipelineListener.NONE)
                .run(RunOptions.to(RunGoal.VERIFIED))
                .orElseThrow()
                .equal();
    }

    /** As one text: the driver would split bodies at their semicolons. */
    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        DatabaseSettings unsplit = new DatabaseSettings(
                database.url(), database.user(), database.password(), Map.of("preferQueryMode", "simple"));
        try (Connection connection = new DatabaseConnections(End.SOURCE, unsplit, "test").open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
