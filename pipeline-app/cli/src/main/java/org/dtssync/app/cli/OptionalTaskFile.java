package org.dtssync.app.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.dtssync.app.config.TaskFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The task file of a command that has commands of its own, which take none. */
final class OptionalTaskFile {

    @Parameters(arity = "0..1", paramLabel = "TASK.yaml", description = "The task file.")
    private @Nullable Path file;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Sets the format of the log on stderr. */
    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "Format of the log on stderr: plain (default) or json (one object per line).")
    void logFormat(String format) {
        TaskFileArgument.useFormat(format, spec);
    }

    /** Returns where lines for people go: nowhere if stderr is for programs. */
    PrintWriter display() {
        return TaskFileArgument.display(spec);
    }

    /** Reads and validates the file. */
    TaskFile read() {
        if (file == null) {
            throw new ParameterException(spec.commandLine(), "TASK.yaml is missing.");
        }
        return TaskFileArgument.read(file);
    }
}
