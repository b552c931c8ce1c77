package org.dtssync.app.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * The account that PostgreSQL's programs run as: they refuse root. Immutable.
 *
 * @param prefix the prefix of a command
 * @param owner the user id that must own the server's directory, or null if it is this process's own
 */
record ServerAccount(List<String> prefix, @Nullable Integer owner) {

    private static final int NOBODY = 65_534;
    private static final int PROBE_TIMEOUT_SECONDS = 10;

    /** Returns this process's user id. */
    static long userId() {
        return new UnixSystem().getUid();
    }

    /**
     * Returns how to run the server: plainly as an ordinary user; as root inside a user namespace, where the same account
     * is no longer root, or, where containers forbid that, as user nobody.
     */
    static ServerAccount choose() {
        if (userId() != 0) {
            return new ServerAccount(List.of(), null);
        }
        List<String> namespace = List.of("unshare", "-U");
        if (works(namespace)) {
            return new ServerAccount(namespace, null);
        }
        List<String> nobody = List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
        if (works(nobody)) {
            return new ServerAccount(nobody, NOBODY);
        }
        throw new SyncException(
                FaultKind.USAGE,
                "PostgreSQL refuses to run as root, and neither unshare nor setpriv works here.",
                "Run as another user, or install util-linux.");
    }

    /** Gives a file or directory to the account. */
    void own(Path path) throws IOException {
        if (owner != null) {
            Files.setAttribute(path, "unix:uid", owner);
        }
    }

    /** Grants the account access to the directories above a path, as far as they are in the temporary directory. */
    void letThroughTo(Path path) throws IOException {
        if (owner == null) {
            return;
        }
        Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        for (Path above = path.toAbsolutePath().getParent();
                above != null && above.startsWith(temporary) && !above.equals(temporary);
                above = above.getParent()) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(above);
            if (permissions.add(PosixFilePermission.OTHERS_EXECUTE)) {
                Files.setPosixFilePermissions(above, permissions);
            }
        }
    }

    private static boolean works(List<String> prefix) {
        try {
            Process probe = new ProcessBuilder(concat(prefix, List.of("true")))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (probe.waitFor(PROBE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                return probe.exitValue() == 0;
            }
            probe.destroyForcibly();
            return false;
        } catch (IOException e) {
            // The program is not installed.
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Returns a command as run by this account. */
    List<String> command(List<String> command) {
        return concat(prefix, command);
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
