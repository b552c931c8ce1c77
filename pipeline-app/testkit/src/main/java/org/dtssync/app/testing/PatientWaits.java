package org.dtssync.app.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Lets tests wait for a minute unless one says otherwise: on a busy machine Awaitility's own limit of ten seconds proves nothing. A wait
 * for something that happens takes no longer by that. Used by JUnit.
 */
public final class PatientWaits implements LauncherSessionListener {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(LIMIT);
    }
}
