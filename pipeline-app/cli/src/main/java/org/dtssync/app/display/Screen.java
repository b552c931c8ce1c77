package org.dtssync.app.display;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;

/**
 * A terminal whose last lines are a block that can be redrawn, with ordinary lines scrolling above it.
 *
 * <p>While it is open it stands in for standard error, so that whatever is printed there (a warning of the log, a library's
 * words) does not land inside the block: the block is taken away first and drawn again with the next {@link #block}. Only the
 * oldest escape sequences are used, and no colours. Thread-safe.
 */
final class Screen implements AutoCloseable {

    private static final String ESCAPE = "\u001b[";

    /** A line that is too long is cut at the edge: wrapped, it would take more lines than are counted here. */
    private static final String WRAP_OFF = ESCAPE + "?7l";

    private static final String WRAP_ON = ESCAPE + "?7h";

    private final PrintStream terminal;
    private final PrintStream standIn;
    private final Charset charset;
    private int drawnLines;
    private boolean atLineStart = true;
    private boolean open = true;

    /** Opens it over standard error. */
    Screen() {
        terminal = System.err;
        charset = Charset.defaultCharset();
        standIn = new PrintStream(new Guard(), true, charset);
        System.setErr(standIn);
    }

    /** Prints a line above the block. */
    void line(String text) {
        print((text + "\n").getBytes(charset));
    }

    /** Draws the block, in place of the one before. */
    synchronized void block(List<String> lines) {
        if (!open || !atLineStart) {
            return;
        }
        StringBuilder text = new StringBuilder(erasure());
        text.append(WRAP_OFF);
        lines.forEach(line -> text.append(line).append('\n'));
        text.append(WRAP_ON);
        terminal.print(text);
        terminal.flush();
        drawnLines = lines.size();
    }

    private String erasure() {
        return drawnLines == 0 ? "" : ESCAPE + drawnLines + "A\r" + ESCAPE + "J";
    }

    private synchronized void print(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        terminal.print(erasure());
        drawnLines = 0;
        terminal.write(bytes, 0, bytes.length);
        terminal.flush();
        atLineStart = bytes[bytes.length - 1] == '\n';
    }

    /** Takes the block away and gives standard error back. Does nothing the second time. */
    @Override
    public synchronized void close() {
        if (!open) {
            return;
        }
        open = false;
        terminal.print(erasure());
        terminal.flush();
        drawnLines = 0;
        if (System.err == standIn) {
            System.setErr(terminal);
        }
    }

    /** What standard error is meanwhile. */
    private final class Guard extends OutputStream {
        @Override
        public void write(int value) {
            print(new byte[] {(byte) value});
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            print(Arrays.copyOfRange(bytes, offset, offset + length));
        }
    }
}
