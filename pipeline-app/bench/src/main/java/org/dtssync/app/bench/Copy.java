package org.dtssync.app.bench;

import java.util.List;
import java.util.Map;

/** One way to copy a whole database, as a command of the system. */
enum Copy {
    /** dts-sync, all phases until caught up. */
    DTS("dts-sync"),
    /** The same by another build or with other options for its JVM. */
    VARIANT("variant"),
    /** pgcopydb clone. */
    PGCOPYDB("pgcopydb"),
    /** pg_dump into a directory, then pg_restore from it: the only way of the two with several workers. */
    DUMP("pg_dump | pg_restore");

    private final String label;

    Copy(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** Copies; returns the processor time of its processes when it is done. Not for those that are a {@link DtsSync}. */
    double run(Lab lab, Database source, Database destination, int workers) throws InterruptedException {
        String jobs = Integer.toString(workers);
        String directory = lab.directory().resolve(destination.name()).toString();
        return switch (this) {
            case PGCOPYDB ->
                run(
                        lab,
                        List.of(
                                "pgcopydb",
                                "clone",
                                "--source",
                                source.connectionString(),
                                "--target",
                                destination.connectionString(),
                                "--table-jobs",
                                jobs,
                                "--index-jobs",
                                jobs,
                                "--dir",
                                directory));
            case DUMP -> {
                double dump = run(
                        lab,
                        List.of(
                                "/usr/lib/postgresql/15/bin/pg_dump",
                                "-Fd",
                                "-Z0",
                                "-j",
                                jobs,
                                "-f",
                                directory,
                                source.connectionString()));
                yield dump
                        + run(
                                lab,
                                List.of(
                                        "/usr/lib/postgresql/15/bin/pg_restore",
                                        "-j",
                                        jobs,
                                        "-d",
                                        destination.connectionString(),
                                        directory));
            }
            default -> throw new BenchException(label + " is no command of the system.");
        };
    }

    private static double run(Lab lab, List<String> command) throws InterruptedException {
        String name = command.get(0).substring(command.get(0).lastIndexOf('/') + 1);
        // Not closed but awaited.
        Child child = Child.start(name, lab.directory(), Map.of(), command);
        child.awaitSuccess(3_600);
        return child.cpuSeconds();
    }
}
