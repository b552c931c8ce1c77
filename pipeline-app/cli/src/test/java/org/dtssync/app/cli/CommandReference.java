package org.dtssync.app.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

/** Renders the reference page of the commands from what {@code --help} prints. */
final class CommandReference {

    private static final int WIDTH = 100;

    private static final String OPENING = """
            # Commands

            The output of `scripts/dts-sync COMMAND --help`, for every command. This page is generated from the code, and a test keeps the
            two in sync.

            - stdout contains only the requested output (a report, JSON, a statement); progress, logs and errors go to
              stderr.
            - Exit codes: 0 done, 1 failed, 2 wrong usage or task file, 3 precheck or a precondition failed, 4 verification found
              differences, 5 switched, but applications were not repointed.
              SIGTERM and Ctrl-C end `run` with 0 and other commands with 1; 143 if they come while Java itself starts, before anything was done.
            - `replay` and `base`: 0 means done, intact or equal, 4 altered, incomplete or different. Their options and the fields of their JSON,
              one object per line, are stable: fields are added, never renamed. A moment is an LSN (`0/1A2B3C`), an RFC 3339 time or `latest`.
            - `DTS_SYNC_JAVA_OPTS` replaces the memory setting (`-Xmx512m`) with any JVM options.

            """;

    private CommandReference() {}

    /** Returns the page {@code docs/commands.md}. */
    static String page() {
        StringBuilder page = new StringBuilder(OPENING);
        commands()
                .forEach((name, command) -> page.append("## `")
                        .append(name)
                        .append("`\n\n```text\n")
                        .append(help(command))
                        .append("\n```\n\n"));
        return page.toString().stripTrailing() + "\n";
    }

    /** Returns every command with the words that call it. */
    static Map<String, CommandLine> commands() {
        Map<String, CommandLine> commands = new LinkedHashMap<>();
        add(DtsSync.commandLine(), commands);
        return commands;
    }

    private static void add(CommandLine command, Map<String, CommandLine> commands) {
        commands.put(command.getCommandSpec().qualifiedName(), command);
        command.getSubcommands().values().forEach(sub -> add(sub, commands));
    }

    private static String help(CommandLine command) {
        command.setUsageHelpWidth(WIDTH);
        return command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                .lines()
                .map(String::stripTrailing)
                .reduce((a, b) -> a + "\n" + b)
                .orElseThrow()
                .stripTrailing();
    }
}
