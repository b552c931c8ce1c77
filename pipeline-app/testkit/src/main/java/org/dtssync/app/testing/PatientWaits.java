package org.dtssync.app.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
<<<<<<< HEAD
 * Lets tests wait for a minute by default: on a busy machine ten seconds, Awaitility's own limit, are too short. A test that
 * waits for something that happens waits no longer for it. Used by JUnit.
=======
 * Lets tests wait for a minute, unless one says otherwise: on a busy machine ten seconds, Awaitility's own limit, prove nothing. Who
 * waits for something that comes waits no longer for it. Used by JUnit.
>>>>>>> 13b3e9f4989ab9bdf905997c10a82e4992d97374
 */
public final class PatientWaits implements LauncherSessionListener {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(LIMIT);
    }
}
