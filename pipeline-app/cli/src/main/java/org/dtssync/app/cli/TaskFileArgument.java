package org.dtssync.app.cli;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TaskFileReader;
import org.dtssync.app.logging.LogOutput;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The task file that every command takes, and how its logs are written. */
final class TaskFileArgument {

    private static final List<String> FORMATS = List.of("plain", "json");

    @Parameters(paramLabel = "TASK.yaml", description = "The task file.")
    private Path file;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Sets the format of the log on stderr. */
    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "Format of the log on stderr: plain (default) or json (one object per line).")
    void logFormat(String format) {
        useFormat(format, spec);
    }

    /** Sets the format of the log. */
    static void useFormat(String format, CommandSpec spec) {
        if (!FORMATS.contains(format)) {
            throw new ParameterException(
                    spec.commandLine(), "--log-format " + format + " is unknown. Use plain or json.");
        }
        if (format.equals("json")) {
            LogOutput.useJson();
        }
    }

    /** Returns where lines for people go: nowhere if stderr is for programs. */
    PrintWriter display() {
        return display(spec);
    }

    /** Returns the same for a command. */
    static PrintWriter display(CommandSpec spec) {
        return LogOutput.isJson()
                ? new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)
                : spec.commandLine().getErr();
    }

    /** Reads and validates the file. */
    TaskFile read() {
        return read(file);
    }

    /** Reads and validates a file. */
    static TaskFile read(Path file) {
        TaskFile task = new TaskFileReader().read(file);
        LogOutput.task(task.name());
        return task;
    }
}
