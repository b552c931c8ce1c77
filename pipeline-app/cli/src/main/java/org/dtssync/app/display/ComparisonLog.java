package org.dtssync.app.display;

import java.time.Duration;
import org.dtssync.app.tasks.TaskListener;
import org.dtssync.app.verify.VerifyAdvance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows how far a comparison is as lines of the log, one in several seconds. To be notified once a second, by one thread at a time. */
public final class ComparisonLog implements TaskListener {

    private static final Logger LOG = LoggerFactory.getLogger(ComparisonLog.class);

    private static final int FIRST_TELLINGS = 2;
    private static final int TELLINGS = 5;

    private int tellings;

    @Override
    public void verifying(VerifyAdvance advance) {
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
