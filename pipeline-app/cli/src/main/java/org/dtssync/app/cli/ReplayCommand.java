package org.dtssync.app.cli;

import picocli.CommandLine.Command;

/** Answers questions about the history of a task from its topics. */
@Command(
        name = "replay",
        description = "Shows what the topics recorded, and proves it.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ReplayChangesCommand.class,
            ReplayRowsCommand.class,
            ReplayIntoCommand.class,
            ReplayTableCommand.class,
            ReplayProveCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  dts-sync replay changes shop.yaml --table public.orders --from 2026-03-01T00:00:00Z",
            "  dts-sync replay rows shop.yaml public.orders id=42",
            "  dts-sync replay into shop.yaml --target audit.yaml --as-of 2026-03-01T12:00:00Z --base /backup/shop",
            "  dts-sync replay table shop.yaml public.orders --as-of latest --base /backup/shop --to orders.csv",
            "  dts-sync replay prove shop.yaml --sign key.pem"
        })
final class ReplayCommand {}
