package org.dtssync.app.tasks;

/** A command that people give to a task. Immutable. */
public sealed interface TaskCommand {

    /** Returns the command's name, as on the command line. */
    String name();

    /** Has a handler carry it out; every kind of command has its own method there, so that none can be forgotten. */
    <R> R accept(Handler<R> handler) throws InterruptedException;

    /** Compare both databases. */
    record Verify() implements TaskCommand {
        @Override
        public String name() {
            return "verify";
        }

        @Override
        public <R> R accept(Handler<R> handler) throws InterruptedException {
            return handler.verify(this);
        }
    }

    /**
     * Move the applications to the destination.
     *
     * @param mode how far to go
     * @param skipVerify do not verify both databases first
     * @param ignoreStructure move them although objects or grants are missing, or sequences count in another way
     * @param oneWay move them for good: the source does not follow, and no rollback is possible
     */
    record Switchover(SwitchMode mode, boolean skipVerify, boolean ignoreStructure, boolean oneWay)
            implements TaskCommand {

        /** Creates a command with a way back. */
        public Switchover(SwitchMode mode, boolean skipVerify, boolean ignoreStructure) {
            this(mode, skipVerify, ignoreStructure, false);
        }

        /** Creates a command that is refused if objects or grants are missing, or sequences count in another way. */
        public Switchover(SwitchMode mode, boolean skipVerify) {
            this(mode, skipVerify, false);
        }

        @Override
        public String name() {
            return "switchover";
        }

        @Override
        public <R> R accept(Handler<R> handler) throws InterruptedException {
            return handler.switchover(this);
        }
    }

    /**
     * Move the applications back to the source.
     *
     * @param mode how far to go
     * @param skipVerify do not verify both databases first
     * @param ignoreStructure move them although sequences are missing or count in another way
     */
    record Rollback(SwitchMode mode, boolean skipVerify, boolean ignoreStructure) implements TaskCommand {

        /** Creates a command that is refused if sequences are missing or count in another way. */
        public Rollback(SwitchMode mode, boolean skipVerify) {
            this(mode, skipVerify, false);
        }

        @Override
        public String name() {
            return "rollback";
        }

        @Override
        public <R> R accept(Handler<R> handler) throws InterruptedException {
            return handler.rollback(this);
        }
    }

    /** Move the applications back to the source even if not everything written at the destination gets there. */
    record Abandon() implements TaskCommand {
        @Override
        public String name() {
            return "rollback";
        }

        @Override
        public <R> R accept(Handler<R> handler) throws InterruptedException {
            return handler.abandon(this);
        }
    }

    /** Make the switchover final: end reverse replication. */
    record Complete() implements TaskCommand {
        @Override
        public String name() {
            return "complete";
        }

        @Override
        public <R> R accept(Handler<R> handler) throws InterruptedException {
            return handler.complete(this);
        }
    }

    /** Abandon the task before its switchover and remove it. */
    record Cancel() implements TaskCommand {
        @Override
        public String name() {
            return "cancel";
        }

        @Override
        public <R> R accept(Handler<R> handler) throws InterruptedException {
            return handler.cancel(this);
        }
    }

    /**
     * Carries commands out.
     *
     * @param <R> what comes of them
     */
    interface Handler<R> {
        /** Compares both databases. */
        R verify(Verify command) throws InterruptedException;

        /** Moves the applications to the destination. */
        R switchover(Switchover command) throws InterruptedException;

        /** Moves the applications back to the source. */
        R rollback(Rollback command) throws InterruptedException;

        /** Moves them back without waiting for everything. */
        R abandon(Abandon command) throws InterruptedException;

        /** Ends reverse replication. */
        R complete(Complete command) throws InterruptedException;

        /** Removes the task. */
        R cancel(Cancel command) throws InterruptedException;
    }
}
