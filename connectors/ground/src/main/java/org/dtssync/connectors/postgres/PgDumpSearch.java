package org.dtssync.connectors.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Looks for a {@code pg_dump} that can read a server: at the place the task file names, else on the path, else where packages
 * install it. Thread-safe.
 */
public final class PgDumpSearch {

    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");
    private static final int VERSION_SECONDS = 10;
    private static final int LONGEST_ANSWER = 1_000;

    private final List<Path> onThePath;
    private final List<Path> installed;

    /** Creates a search on this machine; looks at nothing yet. */
    public PgDumpSearch() {
        this(
                pathEntries(System.getenv().getOrDefault("PATH", "")),
                List.of(Path.of("/usr/lib/postgresql"), Path.of("/usr/pgsql"), Path.of("/usr/local/pgsql")));
    }

    /**
     * Creates a search.
     *
     * @param onThePath directories with programs, in the order of the path
     * @param installed directories below which packages install versions, as {@code <version>/bin} or {@code bin}; the last part may
     *     be a prefix, followed by the version
     */
    PgDumpSearch(List<Path> onThePath, List<Path> installed) {
        this.onThePath = List.copyOf(onThePath);
        this.installed = List.copyOf(installed);
    }

    /**
     * The result of a search.
     *
     * @param program the program, if there is one
     * @param reason why it was chosen, or why none could be, a sentence
     */
    public record Outcome(Optional<PgDumpProgram> program, String reason) {}

    /**
     * Looks for a program.
     *
     * @param given where the task file says it is; then it is looked for nowhere else
     * @param server the major version of the server to read
     */
    public Outcome find(Optional<Path> given, int server) {
        if (given.isPresent()) {
            Path path = Files.isDirectory(given.get()) ? given.get().resolve("pg_dump") : given.get();
            Optional<PgDumpProgram> program = probe(path);
            if (program.isEmpty()) {
                return new Outcome(
                        Optional.empty(),
                        path + ", which structure.pg_dump names, is not a pg_dump that can be started.");
            }
            return program.get().major() < server
                    ? new Outcome(
                            Optional.empty(),
                            program.get() + ", which structure.pg_dump names, cannot read PostgreSQL " + server + ".")
                    : new Outcome(program, program.get() + " is what structure.pg_dump names.");
        }
        Map<Path, PgDumpProgram> tooOld = new LinkedHashMap<>();
        for (Path directory : onThePath) {
            Optional<PgDumpProgram> program = probe(directory.resolve("pg_dump"));
            if (program.filter(found -> found.major() >= server).isPresent()) {
                return new Outcome(program, program.get() + " was found on the path.");
            }
            program.ifPresent(found -> tooOld.put(found.path(), found));
        }
        List<PgDumpProgram> others = installed().stream()
                .map(PgDumpSearch::probe)
                .flatMap(Optional::stream)
                .sorted(Comparator.comparing(PgDumpProgram::major).reversed())
                .toList();
        if (!others.isEmpty() && others.get(0).major() >= server) {
            return new Outcome(Optional.of(others.get(0)), others.get(0) + " was found where packages install it.");
        }
        others.forEach(found -> tooOld.put(found.path(), found));
        return new Outcome(
                Optional.empty(),
                tooOld.isEmpty()
                        ? "No pg_dump was found."
                        : "No pg_dump that was found can read PostgreSQL " + server + ": "
                                + tooOld.values().stream()
                                        .map(PgDumpProgram::toString)
                                        .collect(Collectors.joining(", "))
                                + ".");
    }

    private static List<Path> pathEntries(String path) {
        List<Path> entries = new ArrayList<>();
        for (String entry : path.split(File.pathSeparator, -1)) {
            try {
                if (!entry.isBlank()) {
                    entries.add(Path.of(entry));
                }
            } catch (InvalidPathException e) {
                // Other programs skip such an entry too.
            }
        }
        return entries;
    }

    private Set<Path> installed() {
        Set<Path> programs = new LinkedHashSet<>();
        for (Path root : installed) {
            programs.add(root.resolve("bin/pg_dump"));
            children(root, "*").forEach(version -> programs.add(version.resolve("bin/pg_dump")));
            Path parent = root.getParent();
            if (parent != null) {
                children(parent, root.getFileName() + "-*")
                        .forEach(version -> programs.add(version.resolve("bin/pg_dump")));
            }
        }
        return programs;
    }

    private static List<Path> children(Path directory, String glob) {
        List<Path> children = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return children;
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, glob)) {
            stream.forEach(children::add);
        } catch (IOException | DirectoryIteratorException e) {
            // A directory that cannot be read has no program for this account.
            return List.of();
        }
        return children;
    }

    /** Returns the program at a path with its version; empty if there is none or it does not start. */
    private static Optional<PgDumpProgram> probe(Path path) {
        if (!Files.isRegularFile(path) || !Files.isExecutable(path)) {
            return Optional.empty();
        }
        try {
            Process process = new ProcessBuilder(path.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            try {
                return version(process).map(major -> new PgDumpProgram(path, major));
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Optional<Integer> version(Process process) throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(VERSION_SECONDS, TimeUnit.SECONDS)) {
            return Optional.empty();
        }
        String answer = new String(process.getInputStream().readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8);
        Matcher version = VERSION.matcher(answer);
        return version.find() ? Optional.of(Integer.valueOf(version.group(1))) : Optional.empty();
    }
}
