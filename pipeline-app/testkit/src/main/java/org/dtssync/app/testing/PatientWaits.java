package org.dtssync.app.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Lets tests wait for a minute by default: on a busy machine ten seconds, Awaitility's own limit, are too short. A test that
 * waits for something that happens waits no longer for it. Used by JUnit.
 */
public final class PatientWaits implements LauncherSessionListener {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(LIMIT);
    }
}
