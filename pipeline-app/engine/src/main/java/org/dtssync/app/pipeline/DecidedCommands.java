package org.dtssync.app.pipeline;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.state.DdlState;
import org.dtssync.app.state.StoredDdl;

/**
 * The commands of the source that a person skipped or corrected, by what they changed: there the two databases differ on purpose. Immutable.
 *
 * @param byObject the last one of each object, by the object's plain name
 */
record DecidedCommands(Map<String, StoredDdl> byObject) {

    /** An {@code ALTER TABLE} changes these and names only the table; all other parts have commands of their own. */
    private static final Set<String> CHANGED_WITH_TABLE =
            Set.of("check", "default", "exclusion", "foreign-key", "primary-key", "trigger-state", "unique");

    private static final String PART_OF = " on ";

    /** Copies the map. */
    DecidedCommands {
        byObject = Map.copyOf(byObject);
    }

    /** Selects them from all commands, which are in their order. */
    static DecidedCommands of(List<StoredDdl> commands) {
        Map<String, StoredDdl> byObject = new HashMap<>();
        for (StoredDdl command : commands) {
            if (command.state() == DdlState.SKIPPED || command.corrected().isPresent()) {
                command.command().objects().forEach(identity -> byObject.put(title(identity), command));
            }
        }
        return new DecidedCommands(byObject);
    }

    /**
     * Returns the command that an object's difference may come from.
     *
     * @param name the object's name in the task, which begins with its kind
     */
    Optional<StoredDdl> about(String name) {
        int colon = name.indexOf(':');
        String title = plain(name.substring(colon + 1));
        StoredDdl own = byObject.get(title);
        int dot = title.lastIndexOf('.');
        if (own == null && dot > 0 && colon > 0 && CHANGED_WITH_TABLE.contains(name.substring(0, colon))) {
            return Optional.ofNullable(byObject.get(title.substring(0, dot)));
        }
        return Optional.ofNullable(own);
    }

    /** PostgreSQL calls a part {@code name on table}, the task {@code table.name}. */
    private static String title(String identity) {
        int part = identity.lastIndexOf(PART_OF);
        return plain(
                part < 0 ? identity : identity.substring(part + PART_OF.length()) + "." + identity.substring(0, part));
    }

    /** PostgreSQL's name of a routine has the schema of each type and no blanks between them. */
    private static String plain(String name) {
        return name.replace("\"", "").replace("pg_catalog.", "").replace(", ", ",");
    }
}
