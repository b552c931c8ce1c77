package org.dtssync.app.chaos;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.embedded.EmbeddedPostgres;

/** Makes one fault happen and end. Not thread-safe. */
final class Striker {

    private static final int SHORTEST_OUTAGE_MILLIS = 300;
    private static final int LONGEST_OUTAGE_MILLIS = 8_000;
    private static final int SLOWEST_MILLIS = 250;

    private final Stage stage;
    private final RunningTask task;
    private final Random random;

    Striker(Stage stage, RunningTask task, Random random) {
        this.stage = stage;
        this.task = task;
        this.random = random;
    }

    /** Returns when the fault is over: every server runs and every link passes. */
    void strike(Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case KILL_DTS_SYNC -> killAndStart();
            case CRASH_SOURCE -> crash(stage.source());
            case CRASH_DESTINATION -> crash(stage.destination());
            case STOP_BROKER -> stopBroker();
            case STOP_REGISTRY -> stopRegistry();
            case FREEZE_SOURCE -> freeze(stage.sourceLink());
            case FREEZE_DESTINATION -> freeze(stage.destinationLink());
            case FREEZE_BROKER -> freezeBroker();
            case FREEZE_REGISTRY -> freezeRegistry();
            case CUT_SOURCE -> stage.sourceLink().cut();
            case CUT_DESTINATION -> stage.destinationLink().cut();
            case CUT_BROKER -> stage.broker().link().cut();
            case CUT_REGISTRY -> stage.registryLink().cut();
            case LOSE_SOURCE -> stage.sourceLink().lose();
            case LOSE_DESTINATION -> stage.destinationLink().lose();
            case SLOW_BROKER -> slow();
            case FULL_DISK -> fillDisk();
        }
    }

    private void killAndStart() throws IOException, InterruptedException {
        task.kill();
        task.start();
    }

    private void crash(EmbeddedPostgres server) throws InterruptedException {
        server.crash();
        outage();
        server.start();
    }

    private void stopBroker() throws IOException, InterruptedException {
        if (random.nextBoolean()) {
            stage.broker().kill();
        } else {
            stage.broker().stop();
        }
        outage();
        stage.broker().start();
    }

    /** What dts-sync knows of schemas it keeps: only one that begins needs the registry, so every other time one does. */
    private void stopRegistry() throws IOException, InterruptedException {
        stage.registry().crash();
        restartNowAndThen();
        outage();
        stage.registry().start();
    }

    private void freezeRegistry() throws IOException, InterruptedException {
        stage.registryLink().freeze();
        restartNowAndThen();
        outage();
        stage.registryLink().thaw();
    }

    private void restartNowAndThen() throws IOException, InterruptedException {
        if (random.nextBoolean()) {
            killAndStart();
        }
    }

    private void freeze(Link link) throws InterruptedException {
        link.freeze();
        outage();
        link.thaw();
    }

    /** Now and then for so long that the broker ends the open transaction. */
    private void freezeBroker() throws InterruptedException {
        stage.broker().link().freeze();
        outage();
        if (random.nextInt(3) == 0) {
            TimeUnit.MILLISECONDS.sleep(Stage.TRANSACTION_TIMEOUT_MILLIS);
        }
        stage.broker().link().thaw();
    }

    private void slow() throws InterruptedException {
        stage.broker().link().delay(1 + random.nextInt(SLOWEST_MILLIS));
        outage();
        stage.broker().link().delay(0);
    }

    private void fillDisk() throws IOException, InterruptedException {
        SmallDisk disk = stage.disk().orElseThrow();
        disk.fill();
        outage();
        disk.free();
    }

    private void outage() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(
                SHORTEST_OUTAGE_MILLIS + random.nextInt(LONGEST_OUTAGE_MILLIS - SHORTEST_OUTAGE_MILLIS));
    }
}
