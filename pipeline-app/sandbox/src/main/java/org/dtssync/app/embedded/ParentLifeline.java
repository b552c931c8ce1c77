package org.dtssync.app.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends a child process when this process dies, in whatever way, including {@code kill -9}.
 *
 * <p>A separate shell waits at the end of a pipe that this process holds open. The system closes the pipe when this process
 * has died, the shell reads the end of input and sends the signal. Unlike polling a process id it reacts at once, and
 * unlike {@code PR_SET_PDEATHSIG} it does not depend on the thread that started the child, nor on Linux.
 *
 * <p>Not thread-safe.
 */
final class ParentLifeline implements AutoCloseable {

    private final Process shell;

    private ParentLifeline(Process shell) {
        this.shell = shell;
    }

    /**
     * Starts watching.
     *
     * @param child the process to end when this one dies
     * @param signal the signal to end it with, such as {@code QUIT}
     */
    static ParentLifeline over(long child, String signal) throws IOException {
        return start("read -r line || kill -" + signal + " " + child);
    }

    /**
     * Starts watching a server that is about to be started, and whose process is not known yet.
     *
     * @param processFile a file that the server creates, whose first line is its process id; an existing one belongs to an
     *     earlier server, whose process is left alone
     * @param signal the signal to end it with
     */
    static ParentLifeline overStart(Path processFile, String signal) throws IOException {
        return start("""
                first() { head -n 1 "$1" 2>/dev/null; }
                before=$(first "$1")
                read -r line && exit
                tries=0
                while [ $tries -lt 100 ]; do
                    process=$(first "$1")
                    if [ -n "$process" ] && [ "$process" != "$before" ]; then
                        kill -%s "$process"
                        exit
                    fi
                    tries=$((tries + 1))
                    sleep 0.1
                done
                """.formatted(signal), processFile.toString());
    }

    private static ParentLifeline start(String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        // Signals of the terminal reach the shell too; it must outlive them to do its work.
        command.addAll(List.of("sh", "-c", "trap '' INT TERM HUP QUIT\n" + script, "sh"));
        command.addAll(List.of(arguments));
        Process shell = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new ParentLifeline(shell);
    }

    /** Stops watching without touching the child. */
    @Override
    public void close() {
        try (var input = shell.getOutputStream()) {
            input.write("done\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The shell has ended already, and with it the watch.
            shell.destroyForcibly();
        }
    }
}
