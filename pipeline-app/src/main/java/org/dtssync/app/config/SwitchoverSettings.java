package org.dtssync.app.config;

import java.time.Duration;
import java.util.List;

/**
 * Section {@code switchover}: how applications are moved.
 *
 * @param applicationRoles the login roles of the applications, each of which must be refused a write once the source is fenced
 * @param command a program that points the applications at the other database; empty for none
 * @param maximumLag the lag above which a switchover does not begin
 * @param drainTimeout how long the fenced database waits for its last changes to arrive before the switch is given up
 * @param maximumVerificationAge how old a clean comparison may be to be used instead of a new one
 */
public record SwitchoverSettings(
        List<String> applicationRoles,
        String command,
        Duration maximumLag,
        Duration drainTimeout,
        Duration maximumVerificationAge) {

    /** What holds where the task file says nothing. */
    public static final SwitchoverSettings DEFAULT =
            new SwitchoverSettings(List.of(), "", Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofHours(1));

    /** Copies the roles. */
    public SwitchoverSettings {
        applicationRoles = List.copyOf(applicationRoles);
    }
}
