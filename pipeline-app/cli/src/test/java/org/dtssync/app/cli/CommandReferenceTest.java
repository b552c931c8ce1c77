package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.AutoComplete;
import picocli.CommandLine;

/** The page of the commands is what their help says. Run with {@code -Dreference.write=true} to write it after a change. */
class CommandReferenceTest {

    private static final Path PAGE = Path.of("../../docs/commands.md");
    private static final Path SHARE = Path.of("src/main/distribution/share");
    private static final int SUMMARY_LENGTH = 60;
    private static final int TERMINAL_WIDTH = 80;

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
    void theManualPageAndTheCompletionOfTheShellAreToo() throws IOException {
        Map<Path, String> files = Map.of(
                SHARE.resolve("man/man1/dts-sync.1"), ManualPage.page(CommandReference.commands()),
                SHARE.resolve("bash-completion/completions/dts-sync"), completion());
        for (Map.Entry<Path, String> file : files.entrySet()) {
            if (Boolean.getBoolean("reference.write")) {
                Files.createDirectories(file.getKey().getParent());
                Files.writeString(file.getKey(), file.getValue());
            }

            assertThat(Files.readString(file.getKey()))
                    .as("run this test with -Dreference.write=true and commit %s", file.getKey())
                    .isEqualTo(file.getValue());
        }
    }

    /** Without the time at which it was generated. */
    private static String completion() {
        return AutoComplete.bash("dts-sync", DtsSync.commandLine())
                .lines()
                .filter(line -> !line.startsWith("# Date:") && !line.startsWith("# Version:"))
                .map(String::stripTrailing)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    @Test
    void everyCommandShowsAnExample() {
        CommandReference.commands()
                .forEach((name, command) -> assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF))
                        .as(name)
                        .containsPattern("Examples?:\\R  " + name));
    }

    @Test
    void theListOfTheCommandsFitsATerminal() {
        CommandLine top = DtsSync.commandLine();

        List<String> listed = top.getUsageMessage(CommandLine.Help.Ansi.OFF)
                .lines()
                .filter(line ->
                        top.getSubcommands().keySet().stream().anyMatch(name -> line.startsWith("  " + name + " ")))
                .toList();

        assertThat(listed).hasSize(top.getSubcommands().size()).allMatch(line -> line.length() <= TERMINAL_WIDTH);
        assertThat(top.getUsageMessage(CommandLine.Help.Ansi.OFF).lines())
                .noneMatch(line -> line.length() > TERMINAL_WIDTH);
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
