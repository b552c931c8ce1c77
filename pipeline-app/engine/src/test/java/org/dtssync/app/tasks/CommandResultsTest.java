package org.dtssync.app.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.state.CommandResult;
import org.dtssync.app.state.EndpointResult;
import org.dtssync.app.state.StepTime;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.tasks.TaskOutcome.Result;
import org.junit.jupiter.api.Test;

/** What a run keeps of a command's outcome, and what whoever gave the command reads from it. */
class CommandResultsTest {

    private static final TaskCommand SWITCHOVER = new TaskCommand.Switchover(SwitchMode.MOVE, true);

    private static TaskOutcome.Switched switched(EndpointResult endpoint) {
        return new TaskOutcome.Switched(new MoveReport(new SwitchReport(
                "switchover",
                true,
                0.458,
                "0/28E8F28",
                6,
                "reused",
                "2026-11-21T15:42:56Z",
                endpoint,
                "at db2:5432/shop, moved by program /bin/x",
                List.of(new StepTime("pause", 0.012), new StepTime("fence", 0.25)),
                "Next.")));
    }

    private static TaskOutcome throughTheState(TaskOutcome outcome) {
        return CommandResults.read(
                SWITCHOVER,
                new CommandResult(
                        true,
                        Optional.of(CommandResults.json(outcome)),
                        Optional.empty(),
                        CommandResults.code(outcome.result()),
                        Optional.empty()));
    }

    @Test
    void comesBackAsItWas() {
        TaskOutcome moved = switched(EndpointResult.MOVED);
        assertThat(throughTheState(moved)).isEqualTo(moved);
        assertThat(moved.result()).isEqualTo(Result.DONE);
        assertThat(moved.report().orElseThrow().json())
                .isEqualTo(
                        "{\"direction\":\"switchover\",\"moved\":true,\"stall_seconds\":0.458,\"lsn\":\"0/28E8F28\","
                                + "\"sequences\":6,\"verification\":\"reused\",\"verified_at\":\"2026-11-21T15:42:56Z\","
                                + "\"endpoint\":\"moved\",\"applications\":\"at db2:5432/shop, moved by program /bin/x\",\"steps\":[{\"step\":\"pause\",\"seconds\":0.012},{\"step\":\"fence\",\"seconds\":0.25}],\"next\":\"Next.\"}");
    }

    @Test
    void saysThatApplicationsWereNotRepointed() {
        TaskOutcome outcome = throughTheState(switched(EndpointResult.FAILED));

        assertThat(outcome.result()).isEqualTo(Result.ENDPOINT_NOT_MOVED);
        assertThat(CommandResults.code(outcome.result())).isEqualTo(5);
        assertThat(outcome.report().orElseThrow().text()).isEqualTo("""
                switchover: done, but applications were not repointed
                applications        at db2:5432/shop, moved by program /bin/x
                writes blocked      0.458 s
                position            0/28E8F28
                sequences set       6
                steps               pause 0.012 s, fence 0.250 s
                verification        equal, verified at 2026-11-21T15:42:56Z
                next: Next.""");
    }

    @Test
    void ofAnEarlierReleaseIsReadWithoutTheEndpoint() {
        TaskOutcome outcome = CommandResults.read(
                SWITCHOVER,
                new CommandResult(
                        true,
                        Optional.of(
                                "{\"direction\":\"switchover\",\"moved\":true,\"stall_seconds\":0.5,\"lsn\":null,"
                                        + "\"sequences\":0,\"verification\":\"skipped\",\"verified_at\":null,\"next\":\"Next.\"}"),
                        Optional.empty(),
                        0,
                        Optional.empty()));

        assertThat(outcome.result()).isEqualTo(Result.DONE);
        assertThat(outcome.report().orElseThrow().text()).startsWith("switchover: done\n");
    }

    @Test
    void keepsHowItFailed() {
        TaskOutcome outcome = CommandResults.read(
                SWITCHOVER,
                new CommandResult(
                        true, Optional.empty(), Optional.of("A precondition is not met."), 3, Optional.empty()));

        assertThat(outcome).isEqualTo(new TaskOutcome.Failed(Result.PRECONDITION, "A precondition is not met."));
        assertThat(outcome.error()).contains("A precondition is not met.");
        assertThat(outcome.report()).isEmpty();
    }
}
