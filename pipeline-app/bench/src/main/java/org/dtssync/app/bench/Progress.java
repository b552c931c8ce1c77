package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.List;

/** How far a drain was at which time; tells the rate of a process that has warmed up. Not thread-safe. */
final class Progress {

    private record Sample(double seconds, double position) {}

    private final List<Sample> samples = new ArrayList<>();

    void add(double seconds, double position) {
        samples.add(new Sample(seconds, position));
    }

    /** Returns the share of the work done a second, over the second half of the work; 0 if it cannot be told. */
    double warmShare() {
        if (samples.size() < 2) {
            return 0;
        }
        Sample first = samples.get(0);
        Sample last = samples.get(samples.size() - 1);
        double whole = last.position() - first.position();
        for (Sample sample : samples) {
            if (sample.position() - first.position() >= whole / 2) {
                double rest = last.position() - sample.position();
                double seconds = last.seconds() - sample.seconds();
                return seconds <= 0 || whole <= 0 ? 0 : rest / whole / seconds;
            }
        }
        return 0;
    }
}
