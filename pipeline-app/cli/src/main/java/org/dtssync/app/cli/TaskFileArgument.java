package org.dtssync.app.cli;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TaskFileReader;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The task file that every command takes, and how its logs are written. */
final class TaskFileArgument {

    /** Read by the logging configuration, which is made at the first log line: after the command line was read. */
    private static final String LOG_FORMAT = "dts.sync.log.format";

    private static final List<String> FORMATS = List.of("plain", "json");

    @Parameters(paramLabel = "TASK.yaml", description = "The task file.")
    private Path file;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Chooses how log lines are written to standard error. */
    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "Log lines on standard error: plain (the default) or json, one object a line.")
    void logFormat(String format) {
        if (!FORMATS.contains(format)) {
            throw new ParameterException(
                    spec.commandLine(), "--log-format " + format + " is unknown. Use plain or json.");
        }
        System.setProperty(LOG_FORMAT, format);
    }

    /** Returns whether standard error is for programs: every line of it is a JSON object. */
    static boolean logsJson() {
        return "json".equals(System.getProperty(LOG_FORMAT));
    }

    /** Returns where lines for people go: nowhere if standard error is for programs. */
    PrintWriter display() {
        return logsJson()
                ? new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)
                : spec.commandLine().getErr();
    }

    /** Reads and validates the file. */
    TaskFile read() {
        return new TaskFileReader().read(file);
    }
}
