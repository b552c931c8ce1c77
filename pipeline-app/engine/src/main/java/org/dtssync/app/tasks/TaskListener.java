package org.dtssync.app.tasks;

import org.dtssync.app.pipeline.PipelineListener;

/** Notified of what a run does, by several threads: return quickly. */
public interface TaskListener extends PipelineListener {

    /** A listener that does nothing. */
    TaskListener NONE = new TaskListener() {};
}
