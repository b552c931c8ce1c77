package org.dtssync.app.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.dtssync.connectors.fault.SyncException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stands in {@code dts_sync.command} is the same for every release. */
class CommandTextTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            verify     | ''                        | Verify[]
            complete   | ''                        | Complete[]
            cancel     | ''                        | Cancel[]
            switchover | ''                        | Switchover[mode=MOVE, skipVerify=false, ignoreStructure=false, oneWay=false]
            switchover | --skip-verify             | Switchover[mode=MOVE, skipVerify=true, ignoreStructure=false, oneWay=false]
            switchover | --dry-run                 | Switchover[mode=DRY_RUN, skipVerify=false, ignoreStructure=false, oneWay=false]
            switchover | --rehearse --skip-verify  | Switchover[mode=REHEARSE, skipVerify=true, ignoreStructure=false, oneWay=false]
            switchover | --ignore-structure        | Switchover[mode=MOVE, skipVerify=false, ignoreStructure=true, oneWay=false]
            switchover | --skip-verify --one-way   | Switchover[mode=MOVE, skipVerify=true, ignoreStructure=false, oneWay=true]
            rollback   | --dry-run --skip-verify   | Rollback[mode=DRY_RUN, skipVerify=true, ignoreStructure=false]
            rollback   | ''                        | Rollback[mode=MOVE, skipVerify=false, ignoreStructure=false]
            rollback   | --abandon                 | Abandon[]
            """)
    void isWrittenAndReadAsBefore(String name, String options, String command) {
        TaskCommand read = CommandText.parse(name, options).orElseThrow();

        assertThat(read).hasToString(command);
        assertThat(read.name()).isEqualTo(name);
        assertThat(CommandText.options(read)).isEqualTo(options);
    }

    @Test
    void ofAnEarlierReleaseMayNameTwoWaysToTryItOutOfWhichTheLesserCounts() {
        assertThat(CommandText.parse("switchover", "--dry-run --rehearse"))
                .contains(new TaskCommand.Switchover(SwitchMode.DRY_RUN, false));
        assertThat(CommandText.parse("rollback", "--skip-verify --abandon")).contains(new TaskCommand.Abandon());
    }

    @Test
    void isNotCarriedOutWithAnOptionLeftOut() {
        assertThatThrownBy(() -> CommandText.parse("switchover", "--only-tuesdays"))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("--only-tuesdays");
        assertThatThrownBy(() -> CommandText.parse("rollback", "--dry-run --abandon"))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("--dry-run");
        assertThat(CommandText.parse("dance", "")).isEmpty();
    }
}
