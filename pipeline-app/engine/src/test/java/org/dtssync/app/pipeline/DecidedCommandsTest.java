package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.state.DdlCommand;
import org.dtssync.app.state.DdlNumber;
import org.dtssync.app.state.DdlState;
import org.dtssync.app.state.StoredDdl;
import org.junit.jupiter.api.Test;

/** PostgreSQL names what a command changed in other words than the task names its objects. */
class DecidedCommandsTest {

    private static StoredDdl command(String number, DdlState state, Optional<String> corrected, String... objects) {
        return new StoredDdl(
                new DdlCommand(DdlNumber.parse(number), "ALTER", "ALTER", Optional.empty(), List.of(objects)),
                state,
                true,
                corrected,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void anObjectIsFoundByTheNameThatPostgresGivesIt() {
        DecidedCommands decided = DecidedCommands.of(List.of(
                command("0/1.1", DdlState.SKIPPED, Optional.empty(), "public.f(pg_catalog.text,integer)"),
                command("0/2.1", DdlState.DONE, Optional.of("SELECT 1"), "own on public.\"Customer\""),
                command("0/3.1", DdlState.SKIPPED, Optional.empty(), "public.purchase"),
                command("0/4.1", DdlState.DONE, Optional.empty(), "public.done")));

        assertThat(decided.about("function:public.f(text, integer)")).isPresent();
        assertThat(decided.about("function:public.f(integer)")).isEmpty();
        assertThat(decided.about("policy:public.Customer.own")).isPresent();
        assertThat(decided.about("table:public.Customer")).isEmpty();
        assertThat(decided.about("table:public.purchase")).isPresent();
        assertThat(decided.about("check:public.purchase.positive")).isPresent();
        assertThat(decided.about("policy:public.purchase.own")).isEmpty();
        assertThat(decided.about("view:public.done")).isEmpty();
    }

    @Test
    void theLastCommandOfAnObjectIsNamed() {
        DecidedCommands decided = DecidedCommands.of(List.of(
                command("0/1.1", DdlState.SKIPPED, Optional.empty(), "public.v"),
                command("0/2.1", DdlState.SKIPPED, Optional.empty(), "public.v")));

        assertThat(decided.about("view:public.v").map(StoredDdl::number)).contains(DdlNumber.parse("0/2.1"));
    }
}
