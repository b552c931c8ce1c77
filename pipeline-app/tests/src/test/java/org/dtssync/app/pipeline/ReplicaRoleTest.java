package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A destination before PostgreSQL 15 lets no ordinary account set session_replication_role: tables may move without it. */
@ExtendWith(ServersExtension.class)
class ReplicaRoleTest {

    @Test
    void anAccountWithoutTheRightMayWriteWhereNothingWouldAct(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        DatabaseSettings superuser = servers.freshDatabase(14);
        String account = servers.uniqueName();
        String database = superuser.url().substring(superuser.url().lastIndexOf('/') + 1);
        execute(
                source,
                "CREATE TABLE public.orders AS SELECT i AS id, 'v' || i AS note FROM generate_series(1, 100) i;"
                        + " ALTER TABLE public.orders ADD PRIMARY KEY (id)");
        execute(
                superuser,
                "CREATE ROLE " + account + " LOGIN PASSWORD 'right'; GRANT CREATE ON DATABASE " + database + " TO "
                        + account);
        TaskFile task = withoutOwners(
                TaskFiles.of(servers, source, new DatabaseSettings(superuser.url(), account, "right", Map.of())));
        try {
            Optional<VerifyReport> first = run(task, RunGoal.VERIFIED);
            execute(
                    source,
                    "UPDATE public.orders SET note = 'w' WHERE id % 2 = 0; DELETE FROM public.orders WHERE id = 1");
            Optional<VerifyReport> second = run(task, RunGoal.VERIFIED);

            assertThat(first).get().matches(VerifyReport::equal);
            assertThat(second).get().matches(VerifyReport::equal);

            execute(superuser, "ALTER TABLE public.orders ADD FOREIGN KEY (id) REFERENCES public.orders");
            assertThatExceptionOfType(SyncException.class)
                    .isThrownBy(() -> run(task, RunGoal.CAUGHT_UP))
                    .satisfies(fault -> assertThat(fault.kind()).isEqualTo(FaultKind.PERMISSION))
                    .withMessage(
                            "The destination's account may not set session_replication_role, and table public.orders has a"
                                    + " trigger, a rule or a foreign key that would act a second time. Grant it as dts-sync precheck"
                                    + " says (before PostgreSQL 15 only to a superuser), then run again.");
        } finally {
            new Release(task).run(true);
            execute(superuser, "DROP OWNED BY " + account + " CASCADE; DROP ROLE " + account);
        }
    }

    private static TaskFile withoutOwners(TaskFile task) {
        return new TaskFileBuilder(task)
                .objects(new ObjectSelection(task.objects().include(), List.of(), ObjectSelection.Owners.DROP))
                .build();
    }

    private static Optional<VerifyReport> run(TaskFile task, RunGoal goal) throws InterruptedException {
        return new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(goal));
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
