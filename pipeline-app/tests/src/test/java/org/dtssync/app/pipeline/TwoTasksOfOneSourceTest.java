package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tasks that read the same source share its heartbeat table and must not meet in it. */
@ExtendWith(ServersExtension.class)
class TwoTasksOfOneSourceTest {

    @Test
    void aTaskGoesOnWhileAnotherOneOfItsSourceBeatsAndIsReleased(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(17);
        Scripts scripts = new Scripts(source);
        scripts.execute("CREATE TABLE public.note (id bigint PRIMARY KEY, body text)");
        TaskFile earlier = TaskFiles.of(servers, source, servers.freshDatabase(17));
        TaskFile task = TaskFiles.of(servers, source, destination);
        run(earlier);
        run(task);

        run(earlier);
        scripts.execute("INSERT INTO public.note VALUES (1, 'written while both tasks are there')");
        run(task);
        new Release(earlier).run(true);
        scripts.execute("INSERT INTO public.note VALUES (2, 'written after the other task was released')");
        run(task);

        assertThat(TableTexts.differences(source, destination)).isEmpty();
        new Release(task).run(true);
    }

    private static void run(TaskFile task) throws InterruptedException {
        new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(RunGoal.CAUGHT_UP));
    }
}
