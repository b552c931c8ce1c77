package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The history of an application that has five hundred tables in the end, run by the tool that applications run it with, while one
 * writes to every table: the destination has the same schema and rows, and the application noticed nothing.
 */
@ExtendWith(ServersExtension.class)
class MigratesASchemaTest {

    private static final int MIGRATIONS = 60;

    private static final int TABLES = 9;

    private static final String BEFORE = """
            CREATE TABLE public.marker (n int PRIMARY KEY);
            CREATE TABLE public.tenant (id int PRIMARY KEY, name text NOT NULL);
            INSERT INTO public.tenant SELECT i, 'tenant ' || i FROM generate_series(1, 20) i;
            """;

    @TempDir
    Path directory;

    @Test
    void byAToolUnderLoad(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        RunningPair.execute(source, BEFORE);
        for (int i = 1; i <= MIGRATIONS; i++) {
            write(i);
        }
        // The default of ddl.mode: the account may make event triggers.
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .objects(new ObjectSelection(List.of("*.*"), List.of(), ObjectSelection.Owners.KEEP))
                .build();
        try (CarriedScene carried = new CarriedScene(RunningPair.start(task));
                BusyApplication application = BusyApplication.start(source, "SELECT 1")) {
            int run = Flyway.configure()
                    .dataSource(source.url(), source.user(), "unused")
                    .locations("filesystem:" + directory)
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load()
                    .migrate()
                    .migrationsExecuted;
            carried.arrive("the history");

            assertThat(run).isEqualTo(MIGRATIONS);
            assertThat(carried.problems()).isEmpty();
            assertThat(application.refused()).isEmpty();
            assertThat(
                            RunningPair.query(
                                    destination,
                                    "SELECT count(*) >= 500 FROM pg_class WHERE relkind IN ('r', 'p') AND relname ~ '^m[0-9]+_'"))
                    .isEqualTo("t");
        }
    }

    private void write(int number) throws IOException {
        StringJoiner sql = new StringJoiner(";\n", "-- migration " + number + "; by hand\n", ";\n");
        sql.add("CREATE TYPE state%1$d AS ENUM ('new', 'done')".formatted(number));
        for (int i = 0; i < TABLES; i++) {
            sql.add(table(number, i));
        }
        String own = "m" + number;
        sql.add("CREATE INDEX ON %s_0 (name)".formatted(own));
        sql.add("ALTER TABLE %1$s_1 ADD CONSTRAINT of_%1$s FOREIGN KEY (other) REFERENCES %1$s_0".formatted(own));
        sql.add("INSERT INTO %1$s_0 (name) SELECT name FROM tenant".formatted(own));
        sql.add("INSERT INTO %1$s_1 (other, v) SELECT id, 'v' FROM %1$s_0 WHERE id %% 3 = 0".formatted(own));
        sql.add("CREATE VIEW %1$s_all AS SELECT a.id, a.name, b.v FROM %1$s_0 a LEFT JOIN %1$s_1 b ON b.other = a.id"
                .formatted(own));
        if (number > 1) {
            sql.add(later("m" + (number - 1), number));
        }
        if (number > 10) {
            sql.add(muchLater("m" + (number - 10), number));
        }
        Files.writeString(directory.resolve("V%d__step.sql".formatted(number)), sql.toString());
    }

    /** Shapes that applications have. */
    private static String table(int number, int i) {
        String name = "m" + number + "_" + i;
        String sql = switch (i) {
            case 0 -> "CREATE TABLE %s (id serial PRIMARY KEY, name text NOT NULL, made timestamptz DEFAULT now())";
            case 1 ->
                "CREATE TABLE %s (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, other int, v varchar(20), UNIQUE (other, v))";
            case 2 ->
                "CREATE TABLE %s (a int, b int, total int GENERATED ALWAYS AS (a + b) STORED, PRIMARY KEY (a, b))";
            case 3 -> "CREATE TABLE %s (id bigint PRIMARY KEY, doc jsonb DEFAULT '{}', tags text[])";
            case 4 -> "CREATE TABLE %s (id int PRIMARY KEY, s state" + number + " DEFAULT 'new')";
            case 5 -> "CREATE TABLE %s (line text, n int CHECK (n > 0))";
            case 6 -> "CREATE TABLE %s (LIKE m" + number + "_3 INCLUDING ALL)";
            case 7 -> "CREATE TABLE %s (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)";
            default ->
                "CREATE TABLE %s PARTITION OF m" + number + "_7 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')";
        };
        return sql.formatted(name);
    }

    private static String later(String earlier, int number) {
        String sql = switch (number % 6) {
            case 0 ->
                "ALTER TABLE %s_1 ADD COLUMN note text DEFAULT 'it''s; new'; UPDATE %1$s_1 SET note = v WHERE id = 1";
            case 1 -> "ALTER TABLE %s_0 ADD COLUMN seen timestamptz NOT NULL DEFAULT now()";
            case 2 ->
                "DROP VIEW %s_all; ALTER TABLE %1$s_0 RENAME COLUMN name TO title; UPDATE %1$s_0 SET title = upper(title)";
            case 3 ->
                "CREATE FUNCTION %s_f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.n := NEW.n + 1; RETURN NEW; END; $f$;"
                        + " CREATE TRIGGER t BEFORE INSERT ON %1$s_5 FOR EACH ROW EXECUTE FUNCTION %1$s_f();"
                        + " INSERT INTO %1$s_5 VALUES ('l', 1)";
            case 4 ->
                "ALTER TABLE %s_4 ADD COLUMN uid uuid DEFAULT gen_random_uuid(); INSERT INTO %1$s_4 (id) VALUES (1)";
            default ->
                "INSERT INTO %s_5 VALUES ('w', 2); ALTER TABLE %1$s_5 ALTER n TYPE bigint; COMMENT ON TABLE %1$s_5 IS 'wider'";
        };
        return sql.formatted(earlier);
    }

    private static String muchLater(String earlier, int number) {
        String sql = switch (number % 5) {
            case 0 -> "ALTER TABLE %s_3 RENAME TO %1$s_renamed; INSERT INTO %1$s_renamed VALUES (1)";
            case 1 ->
                "CREATE TABLE %s_8b PARTITION OF %1$s_7 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');"
                        + " INSERT INTO %1$s_7 VALUES (1, '2025-05-05')";
            case 2 -> "DROP TABLE %s_6";
            case 3 -> "CREATE TABLE %s_copy AS SELECT * FROM %1$s_0; ALTER TABLE %1$s_copy ADD PRIMARY KEY (id)";
            default ->
                "DO $d$ BEGIN EXECUTE 'ALTER TABLE %s_2 ADD c int'; INSERT INTO %1$s_2 (a, b, c) VALUES (1, 2, 3); END $d$";
        };
        return sql.formatted(earlier);
    }
}
