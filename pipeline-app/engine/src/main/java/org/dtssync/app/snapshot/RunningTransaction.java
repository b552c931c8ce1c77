package org.dtssync.app.snapshot;

import java.time.Duration;

/**
 * A transaction at the source that the snapshot waits for.
 *
 * @param name its process id, or the name it was prepared under
 * @param age how long it runs already; zero where the account may not see it
 */
public record RunningTransaction(String name, Duration age) {

    /** Returns the name and the age for people. */
    @Override
    public String toString() {
        return age.isZero() ? name : name + " (" + age.toSeconds() + " s)";
    }
}
