package org.dtssync.app.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Ends a child process when this process dies, however it dies, {@code kill -9} included.
 *
 * <p>A shell of its own waits at the end of a pipe this process holds open. The system closes the pipe when this process
 * is gone, the shell reads the end of input and sends the signal. Unlike polling a process id it reacts at once, and
 * unlike {@code PR_SET_PDEATHSIG} it does not depend on the thread that started the child, nor on Linux.
 *
 * <p>Not thread-safe.
 */
final class ParentWatch implements AutoCloseable {

    private final Process shell;

    private ParentWatch(Process shell) {
        this.shell = shell;
    }

    /**
     * Starts watching.
     *
     * @param child the process to end when this one dies
     * @param signal the signal to end it with, such as {@code QUIT}
     */
    static ParentWatch over(long child, String signal) throws IOException {
        // Signals of the terminal reach the shell too; it must outlive them to do its work.
        String script = "trap '' INT TERM HUP QUIT; read -r line || kill -" + signal + " " + child;
        Process shell = new ProcessBuilder("sh", "-c", script)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new ParentWatch(shell);
    }

    /** Ends the watch without touching the child. */
    @Override
    public void close() {
        try (var input = shell.getOutputStream()) {
            input.write("done\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The shell is gone already, and with it the watch.
            shell.destroyForcibly();
        }
    }
}
