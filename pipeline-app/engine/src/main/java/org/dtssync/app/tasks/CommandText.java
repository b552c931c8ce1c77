package org.dtssync.app.tasks;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dtssync.app.moving.SwitchOptions;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Commands as stored in {@code dts_sync.command}: a name, and options as on the command line separated by spaces. The one
 * place where this text is written and read; clients and runs of other releases read and write it too. Stateless.
 */
final class CommandText {

    private static final String DRY_RUN = "--dry-run";
    private static final String REHEARSE = "--rehearse";
    private static final String SKIP_VERIFY = "--skip-verify";
    private static final String IGNORE_STRUCTURE = "--ignore-structure";
    private static final String ONE_WAY = "--one-way";
    private static final String ABANDON = "--abandon";

    private CommandText() {}

    /** Returns the options of a command as text; empty if it has none. */
    static String options(TaskCommand command) {
        if (command instanceof TaskCommand.Switchover switchover) {
            String options = options(switchover.mode(), switchover.skipVerify(), switchover.ignoreStructure());
            return (options + (switchover.oneWay() ? " " + ONE_WAY : "")).strip();
        }
        if (command instanceof TaskCommand.Rollback rollback) {
            return options(rollback.mode(), rollback.skipVerify(), rollback.ignoreStructure());
        }
        return command instanceof TaskCommand.Abandon ? ABANDON : "";
    }

    private static String options(SwitchMode mode, boolean skipVerify, boolean ignoreStructure) {
        String how = switch (mode) {
            case MOVE -> "";
            case REHEARSE -> REHEARSE;
            case DRY_RUN -> DRY_RUN;
        };
        return (how + (skipVerify ? " " + SKIP_VERIFY : "") + (ignoreStructure ? " " + IGNORE_STRUCTURE : "")).strip();
    }

    /**
     * Reads a command; empty if no command has this name.
     *
     * @throws SyncException of kind USAGE if it has an unknown option: ignoring one could move applications
     *     that were not to be moved
     */
    static Optional<TaskCommand> parse(String name, String options) {
        Set<String> words = Arrays.stream(options.split(" ", -1))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toSet());
        return switch (name) {
            case "verify" -> Optional.of(without(words, name, new TaskCommand.Verify()));
            case "complete" -> Optional.of(without(words, name, new TaskCommand.Complete()));
            case "cancel" -> Optional.of(without(words, name, new TaskCommand.Cancel()));
            case "switchover" ->
                Optional.of(known(
                        words,
                        name,
                        List.of(DRY_RUN, REHEARSE, SKIP_VERIFY, IGNORE_STRUCTURE, ONE_WAY),
                        new TaskCommand.Switchover(
                                mode(words),
                                words.contains(SKIP_VERIFY),
                                words.contains(IGNORE_STRUCTURE),
                                words.contains(ONE_WAY))));
            case "rollback" ->
                Optional.of(
                        words.contains(ABANDON)
                                ? known(words, name, List.of(ABANDON, SKIP_VERIFY), new TaskCommand.Abandon())
                                : known(
                                        words,
                                        name,
                                        List.of(DRY_RUN, REHEARSE, SKIP_VERIFY, IGNORE_STRUCTURE),
                                        new TaskCommand.Rollback(
                                                mode(words),
                                                words.contains(SKIP_VERIFY),
                                                words.contains(IGNORE_STRUCTURE))));
            default -> Optional.empty();
        };
    }

    private static SwitchMode mode(Set<String> words) {
        if (words.contains(DRY_RUN)) {
            return SwitchMode.DRY_RUN;
        }
        return words.contains(REHEARSE) ? SwitchMode.REHEARSE : SwitchMode.MOVE;
    }

    private static TaskCommand without(Set<String> words, String name, TaskCommand command) {
        return known(words, name, List.of(), command);
    }

    private static TaskCommand known(Set<String> words, String name, List<String> known, TaskCommand command) {
        List<String> others =
                words.stream().filter(word -> !known.contains(word)).sorted().toList();
        if (!others.isEmpty()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The command " + name + " was given with " + String.join(" ", others)
                            + ", which it cannot be combined with or does not know.",
                    "Use the same release of dts-sync for the run and for the command.");
        }
        return command;
    }

    /** Returns how the engine moves the applications. */
    static SwitchOptions switchOptions(SwitchMode mode, boolean skipVerify, boolean ignoreStructure) {
        return new SwitchOptions(
                mode == SwitchMode.DRY_RUN, mode == SwitchMode.REHEARSE, skipVerify, ignoreStructure, false);
    }

    /** Returns how the engine carries a switchover out. */
    static SwitchOptions switchOptions(TaskCommand.Switchover command) {
        return new SwitchOptions(
                command.mode() == SwitchMode.DRY_RUN,
                command.mode() == SwitchMode.REHEARSE,
                command.skipVerify(),
                command.ignoreStructure(),
                command.oneWay());
    }
}
