package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.dtssync.app.config.DestinationSettings;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whole moves to destinations that have something already, or lack something. */
@ExtendWith(ServersExtension.class)
class DestinationShapeTest {

    private static final String PARTITIONED = """
            CREATE TABLE public.part (id int, region int, v text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
            CREATE TABLE public.part_1 PARTITION OF public.part FOR VALUES IN (1);
            CREATE TABLE public.part_2 PARTITION OF public.part FOR VALUES IN (2);
            CREATE TABLE public.plain (id int PRIMARY KEY, v text);
            INSERT INTO public.part SELECT i, 1 + i % 2, 'v' || i FROM generate_series(1, 500) i;
            INSERT INTO public.plain SELECT i, 'v' || i FROM generate_series(1, 500) i;
            """;

    private Servers servers;
    private DatabaseSettings source;
    private DatabaseSettings destination;

    @BeforeEach
    void databases(Servers given) throws SQLException {
        servers = given;
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
    }

    @Test
    void ownersAreKeptWhereTheRolesExistAndDroppedWhereToldTo() throws Exception {
        String owner = servers.uniqueName() + "_owner";
        execute(source, PARTITIONED + "CREATE ROLE " + owner + "; ALTER TABLE public.plain OWNER TO " + owner);
        try {
            TaskFile keep = task(Existing.FAIL, Owners.KEEP);
            assertThatThrownBy(() -> run(keep, RunGoal.SCHEMA))
                    .hasMessageContaining(owner)
                    .hasMessageContaining("owners: drop");
            execute(destination, "CREATE ROLE " + owner);
            assertThat(run(keep, RunGoal.VERIFIED)).isTrue();
            assertThat(ownerAtDestination()).isEqualTo(owner);
            new Release(keep).run(true);

            execute(destination, "DROP TABLE public.part, public.plain; DROP ROLE " + owner);
            TaskFile drop = task(Existing.FAIL, Owners.DROP);
            assertThat(run(drop, RunGoal.VERIFIED)).isTrue();
            assertThat(ownerAtDestination()).isEqualTo(destination.user());
            new Release(drop).run(true);
        } finally {
            execute(source, "DROP OWNED BY " + owner + "; DROP ROLE " + owner);
        }
    }

    @Test
    void rowsThatAreThereAreRemovedWhereTablesAreToBeEmptied() throws Exception {
        execute(source, PARTITIONED);
        execute(
                destination,
                PARTITIONED + "UPDATE public.plain SET id = -id, v = 'old'; CREATE INDEX own ON public.plain (v)");

        TaskFile task = task(Existing.EMPTY, Owners.KEEP);
        assertThat(run(task, RunGoal.VERIFIED)).isTrue();

        assertThat(query(destination, "SELECT count(*) FROM public.plain WHERE v = 'old'"))
                .isEqualTo("0");
        assertThat(query(destination, "SELECT to_regclass('public.own') IS NOT NULL"))
                .as("what is there of the structure stays")
                .isEqualTo("t");
        new Release(task).run(true);
    }

    private String ownerAtDestination() throws SQLException {
        return query(
                destination, "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'public.plain'::regclass");
    }

    private TaskFile task(Existing existing, Owners owners) {
        return new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .destination(new DestinationSettings(destination, existing))
                .objects(new ObjectSelection(List.of("public.*"), List.of(), owners))
                .build();
    }

    /** Returns whether everything is equal, or true where nothing is compared. */
    private static boolean run(TaskFile task, RunGoal goal) throws InterruptedException {
        return new Pipeline(task, PipelineListener.NONE)
                .run(RunOptions.to(goal))
                .map(report -> report.equal())
                .orElse(true);
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open();
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
