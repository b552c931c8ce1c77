package org.dtssync.app.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Renders the manual page of all commands, in the language of man. */
final class ManualPage {

    private static final String OPENING = """
            .\\" Generated from the code: run CommandReferenceTest with -Dreference.write=true.
            .TH DTS-SYNC 1 "" "dts-sync" "User commands"
            .SH NAME
            dts\\-sync \\- migrates a live PostgreSQL database to another server through Kafka and keeps both in sync
            .SH SYNOPSIS
            .B dts\\-sync
            .I COMMAND TASK.yaml
            [options]
            .SH COMMANDS
            """;

    private static final String CLOSING = """
            .SH EXIT STATUS
            .TP
            .B 0
            Done; also a run that a signal stopped.
            .TP
            .B 1
            Failed, or a command that a signal stopped.
            .TP
            .B 2
            Wrong usage or task file.
            .TP
            .B 3
            The precheck or a precondition failed.
            .TP
            .B 4
            The databases differ.
            .TP
            .B 5
            Switched, but applications were not repointed.
            .SH ENVIRONMENT
            .TP
            .B DTS_SYNC_JAVA_OPTS
            Replaces the memory setting (\\-Xmx512m) with any JVM options.
            .TP
            .B JAVA_HOME
            Names the Java to use, 17 or later.
            .SH FILES
            .TP
            .I share/task\\-file.schema.json
            A JSON schema of the task file, for editors.
            .TP
            .I dts\\-sync\\-error\\-PID.log
            Traces of unexpected errors of a process, in its working directory or the one for temporary files.
            """;

    private ManualPage() {}

    /** Returns the page {@code dts-sync.1}. */
    static String page(Map<String, CommandLine> commands) {
        String sections = commands.values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(command -> command.parent() != null)
                .map(ManualPage::command)
                .collect(Collectors.joining());
        return OPENING + sections + CLOSING;
    }

    private static String command(CommandSpec command) {
        StringBuilder text = new StringBuilder(".SS ")
                .append(escaped(command.qualifiedName() + parameters(command)))
                .append('\n');
        for (String paragraph : command.usageMessage().description()) {
            text.append(escaped(paragraph)).append("\n.PP\n");
        }
        for (OptionSpec option : command.options()) {
            boolean standard = option.usageHelp() || option.versionHelp();
            if (!option.hidden() && !standard) {
                text.append(option(option));
            }
        }
        return text.toString();
    }

    private static String parameters(CommandSpec command) {
        return command.positionalParameters().stream()
                .map(parameter -> " "
                        + (parameter.arity().min() == 0 ? "[" + parameter.paramLabel() + "]" : parameter.paramLabel()))
                .collect(Collectors.joining());
    }

    private static String option(OptionSpec option) {
        String label = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
        List<String> names =
                Arrays.stream(option.names()).map(name -> escaped(name + label)).toList();
        String description = Stream.of(option.description()).collect(Collectors.joining(" "));
        return ".TP\n.B " + String.join(", ", names) + "\n" + escaped(description) + "\n";
    }

    /** A dot or a quote at the beginning of a line would be a request. */
    private static String escaped(String text) {
        String safe = text.replace("\\", "\\e").replace("-", "\\-");
        return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
    }
}
