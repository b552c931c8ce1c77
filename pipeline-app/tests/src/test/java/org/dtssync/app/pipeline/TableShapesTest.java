package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every shape a table can have, in one move: each table is changed before its history is copied, between the copy and the
 * catch-up, and while the destination follows.
 */
@ExtendWith(ServersExtension.class)
class TableShapesTest {

    @ParameterizedTest
    @CsvSource({"14, 17", "17, 18"})
    void everyShapeEndsEqualWheneverItChanges(int from, int to, Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(from);
        DatabaseSettings destination = servers.freshDatabase(to);
        Scripts scripts = new Scripts(source);
        scripts.run("shapes/structure.sql", 0);
        scripts.run("shapes/rows.sql", 0);
        TaskFile task = TaskFiles.of(servers, source, destination);

        run(task, RunGoal.SCHEMA);
        scripts.run("shapes/changes.sql", 1);
        run(task, RunGoal.SNAPSHOT);
        scripts.run("shapes/changes.sql", 2);
        run(task, RunGoal.CAUGHT_UP);
        scripts.run("shapes/changes.sql", 3);
        Optional<VerifyReport> report = run(task, RunGoal.VERIFIED);

        assertThat(TableTexts.differences(source, destination)).isEmpty();
        assertThat(report)
                .get()
                .satisfies(found -> assertThat(found.differences()).isEmpty());
        new Release(task).run(true);
    }

    private static Optional<VerifyReport> run(TaskFile task, RunGoal goal) throws InterruptedException {
        return new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(goal));
    }
}
