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
}
