package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.testing.BusyDatabase;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.verify.VerifyReport;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole path, on real servers, while the application keeps writing. */
@ExtendWith(ServersExtension.class)
class MovesALiveDatabaseTest {

    @ParameterizedTest
    @CsvSource({"14, 17", "17, 18"})
    void endsEqualWhileTheApplicationKeepsWriting(int from, int to, Servers servers) throws Exception {
        BusyDatabase source = new BusyDatabase(servers.freshDatabase(from)).create();
        BusyDatabase destination = new BusyDatabase(servers.freshDatabase(to));
        TaskFile task = TaskFiles.of(servers, source.settings(), destination.settings());

        try (BusyDatabase.Application application = source.startApplication()) {
            new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(RunGoal.CAUGHT_UP));
            assertThat(application.stop()).isPositive();
        }
        Optional<VerifyReport> report = new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(RunGoal.VERIFIED));

        assertThat(report).get().satisfies(found -> {
            assertThat(found.differences()).isEmpty();
            assertThat(found.tables()).hasSize(5).allMatch(table -> table.equal());
        });
        assertThat(destination.rows()).isEqualTo(source.rows());
        new Release(task).run(true);
    }
}
