package org.dtssync.app.display;

import java.time.Duration;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.app.verify.VerifyListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the progress of a verification, one line every few seconds. Call once per second, from one thread at a time. */
public final class ComparisonLog implements VerifyListener {

    private static final Logger LOG = LoggerFactory.getLogger(ComparisonLog.class);

    private static final int FIRST_TELLINGS = 2;
    private static final int TELLINGS = 5;

    private int tellings;

    @Override
    public void advanced(VerifyAdvance advance) {
        tellings++;
        if (tellings == FIRST_TELLINGS || tellings % TELLINGS == 0) {
            LOG.info(
                    "Verifying. rows={} estimated_rows={} eta_seconds={}",
                    advance.rows(),
                    advance.estimatedRows(),
                    advance.remaining()
                            .map(Duration::toSeconds)
                            .map(String::valueOf)
                            .orElse("unknown"));
        }
    }
}
