package org.dtssync.app.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Standard output for what may be many gigabytes: without the encoding and the locks of a text stream. Stateless. */
final class ReplayOutput {

    private static final int BUFFER_BYTES = 1 << 16;

    private ReplayOutput() {}

    /** What is written. */
    @FunctionalInterface
    interface Work {
        void run(SyncTask task, OutputStream out) throws IOException, InterruptedException;
    }

    /**
     * Does work that reads topics, on embedded servers if the task file asks for them; returns the exit code.
     *
     * @throws SyncException if the output cannot be written
     */
    static int write(TaskFileArgument argument, Work work) throws InterruptedException {
        return write(argument, false, work);
    }

    /**
     * Does the same for either direction.
     *
     * @param reverse whether the topics of reverse replication are read
     */
    static int write(TaskFileArgument argument, boolean reverse, Work work) throws InterruptedException {
        TaskFile file = argument.read();
        try (EmbeddedServers servers = EmbeddedServers.start(file)) {
            OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);
            try {
                work.run(new SyncTask(reverse ? servers.resolved().reversed() : servers.resolved()), out);
            } finally {
                // What was printed before a fault or Ctrl-C is whole.
                out.flush();
            }
            return ExitCode.DONE;
        } catch (IOException e) {
            throw new SyncException(FaultKind.DATA, "Standard output takes no more: " + e.getMessage() + ".", "", e);
        }
    }
}
