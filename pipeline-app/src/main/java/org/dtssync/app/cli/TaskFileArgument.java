package org.dtssync.app.cli;

import java.nio.file.Path;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TaskFileReader;
import picocli.CommandLine.Parameters;

/** The task file that every command takes. */
final class TaskFileArgument {

    @Parameters(paramLabel = "TASK.yaml", description = "The task file.")
    private Path file;

    /** Reads and validates the file. */
    TaskFile read() {
        return new TaskFileReader().read(file);
    }
}
