package org.dtssync.app.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** dts-sync as a user starts it: {@code scripts/dts-sync run}. */
final class DtsSync implements Contender {

    private static final int RUN_TIMEOUT_SECONDS = 3_600;

    private final Lab lab;
    private final Database source;
    private final Database destination;
    private final String task;
    private final Path directory;
    private final int workers;
    private final Build build;
    private final Reach reach;
    private @Nullable Child running;
    private int runs;

    /**
     * What is started.
     *
     * @param name in the report
     * @param project the directory it was built in
     * @param options further options for its JVM, empty for none
     * @param topics the section topics of its task file, empty for none
     */
    record Build(String name, Path project, String options, String topics) {

        /** A build whose topics have the defaults. */
        Build(String name, Path project, String options) {
            this(name, project, options, "");
        }

        /** Returns the build that the benchmark itself belongs to. */
        static Build own(Lab lab) {
            return new Build("dts-sync", lab.layout().project(), lab.layout().profile());
        }

        /** Returns the same with values in PostgreSQL's text. */
        Build withTexts() {
            return new Build(name + ", topics.values: text", project, options, "topics: { values: text }");
        }
    }

    DtsSync(Lab lab, Database source, Database destination, int workers, Build build) {
        this(lab, source, destination, workers, build, Reach.direct(lab));
    }

    DtsSync(Lab lab, Database source, Database destination, int workers, Build build, Reach reach) {
        this.lab = lab;
        this.source = source;
        this.destination = destination;
        this.workers = workers;
        this.build = build;
        this.reach = reach;
        this.task = destination.name();
        this.directory = lab.directory().resolve(task);
        writeTask();
    }

    private void writeTask() {
        try {
            Files.createDirectories(directory);
            Files.writeString(taskFile(), """
                    name: %s
                    source: { url: "%s", user: postgres }
                    destination: { url: "%s", user: postgres }
                    kafka: { bootstrap.servers: "%s" }
                    registry: { url: "%s" }
                    objects: { include: [ "public.*" ] }
                    snapshot: { workers: %d }
                    %s
                    """.formatted(
                            task,
                            new Database(reach.sourcePort(), source.name()).url(),
                            new Database(reach.destinationPort(), destination.name()).url(),
                            reach.bootstrapServers(),
                            lab.registryUrl(),
                            workers,
                            build.topics()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path taskFile() {
        return directory.resolve("task.yaml");
    }

    @Override
    public String name() {
        return build.name();
    }

    @Override
    public void prepare() throws InterruptedException {
        try (Child child = command(List.of(), "run", "--until", "caught-up")) {
            child.awaitSuccess(RUN_TIMEOUT_SECONDS);
        }
    }

    @Override
    public void start() {
        running = command(profile(), "run");
    }

    private List<String> profile() {
        return build.options().isEmpty() ? List.of() : List.of(build.options());
    }

    /** Starts one of its commands on the task. */
    Child command(List<String> options, String command, String... arguments) {
        return start(options, List.of(command), arguments);
    }

    /** Starts one of the commands of {@code replay} on the task. */
    Child replay(String command, String... arguments) {
        return start(List.of(), List.of("replay", command), arguments);
    }

    private Child start(List<String> options, List<String> command, String... arguments) {
        String name = "dts-sync-" + ++runs;
        List<String> java = new ArrayList<>(options.isEmpty() ? profile() : options);
        java.add("-Xmx" + lab.layout().heap());
        java.add(Child.heapLogOption(name, directory));
        List<String> line = new ArrayList<>();
        line.add(build.project().resolve("scripts/dts-sync").toString());
        line.addAll(command);
        line.add(taskFile().toString());
        line.addAll(List.of(arguments));
        return Child.start(name, directory, Map.of("DTS_SYNC_JAVA_OPTS", String.join(" ", java)), line);
    }

    @Override
    public Optional<Database> destination() {
        return Optional.of(destination);
    }

    @Override
    public Optional<Child> process() {
        return Optional.ofNullable(running);
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
        try (Child release = command(List.of(), "release", "--topics")) {
            release.awaitSuccess(RUN_TIMEOUT_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
