package org.dtssync.app.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Section {@code switchover}: how applications are moved.
 *
 * @param applicationRoles the login roles of the applications, each of which must be refused a write once the source is fenced
 * @param command a program that points the applications at the other database; empty for none
 * @param pgBouncer the PgBouncer that is told to take them to the other database
 * @param maximumLag the lag above which a switchover does not begin
 * @param drainTimeout how long the fenced database waits for its last changes to arrive before the switch is given up
 * @param maximumVerificationAge how old a clean comparison may be to be used instead of a new one
 */
public record SwitchoverSettings(
        List<String> applicationRoles,
        String command,
        Optional<PgBouncerSettings> pgBouncer,
        Duration maximumLag,
        Duration drainTimeout,
        Duration maximumVerificationAge) {

    /** What holds where the task file says nothing. */
    public static final SwitchoverSettings DEFAULT = new SwitchoverSettings(
            List.of(), "", Optional.empty(), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofHours(1));

    /** Copies the roles. */
    public SwitchoverSettings {
        applicationRoles = List.copyOf(applicationRoles);
    }
}
