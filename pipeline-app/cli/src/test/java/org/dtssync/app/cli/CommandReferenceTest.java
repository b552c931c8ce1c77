package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The page of the commands is what their help says. Run with {@code -Dreference.write=true} to write it after a change. */
class CommandReferenceTest {

    private static final Path PAGE = Path.of("../../docs/commands.md");
    private static final int SUMMARY_LENGTH = 60;

    @Test
    void thePageIsWhatTheHelpSays() throws IOException {
        if (Boolean.getBoolean("reference.write")) {
            Files.writeString(PAGE, CommandReference.page());
        }

        assertThat(Files.readString(PAGE))
                .as("run this test with -Dreference.write=true and commit the file")
                .isEqualTo(CommandReference.page());
    }

    @Test
    void everyCommandShowsAnExample() {
        CommandReference.commands()
                .forEach((name, command) -> assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF))
                        .as(name)
                        .containsPattern("Examples?:\\R  " + name));
    }

    /** The first sentence stands in the list of the commands, which would wrap a longer one. */
    @Test
    void everySummaryFitsTheListOfTheCommands() {
        CommandReference.commands().entrySet().stream()
                .filter(command -> command.getKey().contains(" "))
                .forEach(command -> assertThat(command.getValue()
                                .getCommandSpec()
                                .usageMessage()
                                .description()[0])
                        .as(command.getKey())
                        .hasSizeLessThanOrEqualTo(SUMMARY_LENGTH));
    }
}
