package org.dtssync.app.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Section {@code switchover}: how applications are moved.
 *
 * @param applicationRoles the login roles of the applications, each of which must be refused a write once the source is read-only
 * @param command a program that repoints the applications at the other database; empty for none
 * @param withheld environment variables that the program does not get, since the task file takes its secrets from them
 * @param pgBouncer the PgBouncer that connects them to the other database
 * @param maximumLag the lag above which a switchover does not begin
 * @param drainTimeout how long the read-only database waits for its last changes to arrive before the switch is aborted
 * @param maximumVerificationAge how old a clean verification may be to be reused
 */
public record SwitchoverSettings(
        List<String> applicationRoles,
        String command,
        Set<String> withheld,
        Optional<PgBouncerSettings> pgBouncer,
        Duration maximumLag,
        Duration drainTimeout,
        Duration maximumVerificationAge) {

    /** The defaults. */
    public static final SwitchoverSettings DEFAULT = new SwitchoverSettings(
            List.of(),
            "",
            Set.of(),
            Optional.empty(),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofHours(1));

    /** Copies the collections. */
    public SwitchoverSettings {
        applicationRoles = List.copyOf(applicationRoles);
        withheld = Set.copyOf(withheld);
    }
}
