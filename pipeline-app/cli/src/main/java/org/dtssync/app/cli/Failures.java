package org.dtssync.app.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.dtssync.app.logging.LogOutput;
import org.dtssync.app.logging.TraceFile;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.UnexpectedError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import picocli.CommandLine;

/** Says in one sentence why a command failed, and chooses its exit code. What nobody expected leaves its trace in a file. Stateless. */
final class Failures {

    private static final String REPORT = "Please report it with that file, after a look at what it contains.";

    private Failures() {}

    static int explain(Exception e, CommandLine command) {
        if (e instanceof SyncException fault) {
            print(fault.getMessage() + trace(fault), command);
            return ExitCode.of(fault.kind());
        }
        if (e instanceof InterruptedException) {
            print("Interrupted.", command);
            return ExitCode.FAILED;
        }
        return unexpected(e, command);
    }

    /** A defect, or a machine that failed. */
    static int unexpected(Throwable error, CommandLine command) {
        String what = "An unexpected error ended the command: " + UnexpectedError.name(error) + ".";
        print(what + where(what, error), command);
        return ExitCode.FAILED;
    }

    /** A fault of the program itself has a cause that its sentence does not explain. */
    private static String trace(SyncException fault) {
        LoggerFactory.getLogger(Failures.class).debug("The command failed.", fault);
        return fault.kind() == FaultKind.INTERNAL && fault.getCause() != null ? where(fault.what(), fault) : "";
    }

    private static String where(String what, Throwable error) {
        Optional<Path> file = TraceFile.write(what, error);
        return file.map(path -> " The trace is in " + path + ". " + REPORT)
                .orElse(
                        " Its trace could be written neither to the working directory nor to the one for temporary files.");
    }

    private static void print(String sentence, CommandLine command) {
        print(sentence, command, Level.ERROR);
    }

    /** Prints a sentence that a command ends with, as a line of the log where stderr is for programs. */
    static void print(String sentence, CommandLine command, Level level) {
        if (LogOutput.isJson()) {
            Logger log = LoggerFactory.getLogger(DtsSync.class);
            log.atLevel(level).log("{}", sentence);
        } else {
            command.getErr().println(sentence);
            command.getErr().flush();
        }
    }
}
