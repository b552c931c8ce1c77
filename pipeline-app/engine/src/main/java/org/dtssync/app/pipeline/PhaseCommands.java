package org.dtssync.app.pipeline;

/**
 * Carries out what people ask of a task while it waits in a phase. Called in the task's main thread; each method returns once
 * a command has left the phase.
 */
public interface PhaseCommands {

    /** Nobody asks for anything: the task waits until its thread is interrupted. */
    PhaseCommands NONE = new PhaseCommands() {
        @Override
        public void serve(IncrementalActions actions) throws InterruptedException {
            Thread.sleep(Long.MAX_VALUE);
        }

        @Override
        public void serve(ReverseActions actions) throws InterruptedException {
            Thread.sleep(Long.MAX_VALUE);
        }
    };

    /** The destination follows the source. */
    void serve(IncrementalActions actions) throws InterruptedException;

    /** The source follows the destination. */
    void serve(ReverseActions actions) throws InterruptedException;
}
