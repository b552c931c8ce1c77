package org.dtssync.app.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.tasks.ProofReport;
import org.dtssync.app.tasks.StateProofReport;
import org.dtssync.app.tasks.SyncTask;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Proves that nothing in the topics was altered. */
@Command(
        name = "prove",
        description = {
            "Proves that no record of the topics was altered.",
            "With --against, computes the state of every table from a base and the changes since, and compares it with a database: exit code 4"
                    + " if a table differs.",
            "Computes the chain of SHA-256 digests in the cuts again from what is in the topics now, and names the first record that was"
                    + " altered, lost, inserted or moved. Exit code 4: one was (altered), or records were deleted or never had a digest"
                    + " (incomplete). docs/replay.md says what this proves and what it cannot."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync replay prove shop.yaml",
            "  dts-sync replay prove shop.yaml --from 2026-03-01T00:00:00Z --sign key.pem --json",
            "  dts-sync replay prove shop.yaml --against destination --as-of latest --base /backup/shop"
        })
final class ReplayProveCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Option(
            names = "--from",
            paramLabel = "X",
            description = "Begin with the cut that reaches this LSN or time. Default: the first cut with a digest.")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "X",
            description = "End with the cut that reaches this LSN or time. Default: the last one.")
    private @Nullable String to;

    @Option(
            names = "--sign",
            paramLabel = "KEYFILE",
            description = "Sign the statement with this private Ed25519 key (PEM, PKCS #8).")
    private @Nullable Path key;

    @Option(
            names = "--against",
            paramLabel = "destination|TARGET.yaml",
            description = "Compare the rows that base and changes give with this database.")
    private @Nullable String against;

    @Option(
            names = "--as-of",
            paramLabel = "X",
            description = "With --against: as of this LSN or time; latest, the default, is where the database is.")
    private @Nullable String asOf;

    @Option(names = "--base", paramLabel = "DIR", description = "With --against: the base to begin with.")
    private @Nullable Path base;

    @Option(names = "--reverse", description = "Read the topics of reverse replication, after a switchover.")
    private boolean reverse;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (against == null && (asOf != null || base != null)) {
            throw new ParameterException(spec.commandLine(), "--as-of and --base belong to --against.");
        }
        if (against != null && (from != null || to != null || reverse)) {
            throw new ParameterException(
                    spec.commandLine(), "--against takes --as-of instead of --from and --to, and no --reverse.");
        }
        try (EmbeddedServers servers = EmbeddedServers.start(task.read())) {
            if (against != null) {
                return compare(new SyncTask(servers.resolved()), against);
            }
            ProofReport report = new SyncTask(reverse ? servers.resolved().reversed() : servers.resolved())
                    .prove(Optional.ofNullable(from), Optional.ofNullable(to), Optional.ofNullable(key));
            spec.commandLine().getOut().println(json ? report.json() : report.text());
            return report.intact() ? ExitCode.DONE : ExitCode.DIFFERENCE;
        }
    }

    private int compare(SyncTask open, String database) throws InterruptedException {
        StateProofReport report = open.states()
                .compare(
                        database,
                        Optional.ofNullable(asOf).orElse("latest"),
                        Optional.ofNullable(base),
                        Optional.ofNullable(key));
        spec.commandLine().getOut().println(json ? report.json() : report.text());
        return report.equal() ? ExitCode.DONE : ExitCode.DIFFERENCE;
    }
}
