package org.dtssync.app.moving;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.app.config.PgBouncerSettings.Server;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file with the lines of PgBouncer's databases, {@code name = host=... port=... dbname=...}. Only these three values are
 * changed, and the file is replaced as a whole, so that PgBouncer never reads half of it.
 *
 * @param path the file; a link is followed
 * @param databases the names whose lines are ours
 */
public record PoolFile(Path path, List<String> databases) {

    private static final Logger LOG = LoggerFactory.getLogger(PoolFile.class);

    private static final Pattern LINE =
            Pattern.compile("(?m)^([ \\t]*(\"(?:[^\"]|\"\")*\"|[^\\s=;#\\[%]+)[ \\t]*=)(.*)$");
    private static final Pattern PAIR = Pattern.compile("(\\w+)(\\s*=\\s*)('(?:[^']|'')*'|[^\\s']\\S*)");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.:/@%-]+");

    /** Returns where the file sends a database; nothing if it has no line for it. */
    Optional<Server> server(String database) {
        Server found = null;
        Matcher line = LINE.matcher(text());
        while (line.find()) {
            if (name(line).equals(database)) {
                found = new Server(
                        value(line.group(3), "host").orElse(""),
                        value(line.group(3), "port").map(PoolFile::number).orElse(5432),
                        value(line.group(3), "dbname").orElse(database));
            }
        }
        return Optional.ofNullable(found);
    }

    private static int number(String port) {
        return port.matches("\\d{1,5}") ? Integer.parseInt(port) : 0;
    }

    /**
     * Sends every one of the databases to a server; does nothing where they go there already.
     *
     * @throws SyncException if the file cannot be replaced; it is as it was then
     */
    void sendTo(Server server) {
        String before = text();
        StringBuilder after = new StringBuilder();
        Matcher line = LINE.matcher(before);
        while (line.find()) {
            String kept = line.group();
            String changed = databases.contains(name(line)) ? line.group(1) + with(line.group(3), server) : kept;
            line.appendReplacement(after, Matcher.quoteReplacement(changed));
        }
        line.appendTail(after);
        if (!after.toString().equals(before)) {
            replace(after.toString());
        }
    }

    private static String with(String settings, Server server) {
        String changed = set(settings, "host", server.host());
        changed = set(changed, "port", Integer.toString(server.port()));
        return set(changed, "dbname", server.database());
    }

    private static String set(String settings, String key, String value) {
        String written = PLAIN.matcher(value).matches() ? value : "'" + value.replace("'", "''") + "'";
        Matcher pair = PAIR.matcher(settings);
        while (pair.find()) {
            if (pair.group(1).equals(key)) {
                return settings.substring(0, pair.start(3)) + written + settings.substring(pair.end(3));
            }
        }
        return settings.stripTrailing() + " " + key + "=" + written;
    }

    private static Optional<String> value(String settings, String key) {
        Matcher pair = PAIR.matcher(settings);
        while (pair.find()) {
            if (pair.group(1).equals(key)) {
                String value = pair.group(3);
                return Optional.of(
                        value.startsWith("'")
                                ? value.substring(1, value.length() - 1).replace("''", "'")
                                : value);
            }
        }
        return Optional.empty();
    }

    private static String name(Matcher line) {
        String name = line.group(2);
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    /** Returns what keeps the file from being replaced by one that PgBouncer can read as it can this one. */
    Optional<String> replacementProblem() {
        try {
            Path file = path.toRealPath();
            Path copy = copy(file, Files.readString(file));
            try {
                PosixFileAttributes old = Files.readAttributes(file, PosixFileAttributes.class);
                PosixFileAttributes fresh = Files.readAttributes(copy, PosixFileAttributes.class);
                boolean same = old.owner().equals(fresh.owner())
                        && old.group().equals(fresh.group())
                        && old.permissions().equals(fresh.permissions());
                return same
                        ? Optional.empty()
                        : Optional.of("File " + path + " of switchover.pgbouncer.file belongs to "
                                + old.owner().getName() + " and group "
                                + old.group().getName()
                                + ", which a file written by this account would not, so PgBouncer might not read it. Give"
                                + " it to the account that runs dts-sync, with a group of its that PgBouncer is in.");
            } finally {
                Files.delete(copy);
            }
        } catch (IOException e) {
            return Optional.of("File " + path + " of switchover.pgbouncer.file cannot be replaced (" + e + "). Let the"
                    + " account that runs dts-sync read it and write its directory.");
        }
    }

    private String text() {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void replace(String text) {
        try {
            Path file = path.toRealPath();
            Path copy = copy(file, text);
            Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                // A crash of the machine must not bring the old name back.
                directory.force(true);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private SyncException failed(IOException e) {
        return new SyncException(
                FaultKind.USAGE,
                "File " + path + " of switchover.pgbouncer.file could not be read or replaced: " + e + ".",
                "Let the account that runs dts-sync read it and write its directory, and give the command again.",
                e);
    }

    /** Under one name, so that what a crash leaves is written over the next time. */
    private static Path copy(Path file, String text) throws IOException {
        Path copy = file.resolveSibling("." + file.getFileName() + ".dts-sync");
        Files.deleteIfExists(copy);
        PosixFileAttributes old = Files.readAttributes(file, PosixFileAttributes.class);
        try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            PosixFileAttributeView view = Files.getFileAttributeView(copy, PosixFileAttributeView.class);
            PosixFileAttributes fresh = view.readAttributes();
            // The file may hold passwords: nobody else may read it, not even while it is written.
            view.setPermissions(Set.of());
            keepOwner(view, fresh, old);
            view.setPermissions(old.permissions());
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        return copy;
    }

    /** Only root may give files away; what cannot be kept is found by the gates. */
    private static void keepOwner(PosixFileAttributeView view, PosixFileAttributes fresh, PosixFileAttributes old)
            throws IOException {
        try {
            if (!fresh.group().equals(old.group())) {
                view.setGroup(old.group());
            }
            if (!fresh.owner().equals(old.owner())) {
                view.setOwner(old.owner());
            }
        } catch (FileSystemException e) {
            LOG.debug("Owner or group could not be kept. reason={}", e.getMessage());
        }
    }
}
