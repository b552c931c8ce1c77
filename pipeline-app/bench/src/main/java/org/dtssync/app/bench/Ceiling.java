package org.dtssync.app.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Debezium Embedded with a handler that throws everything away: an upper bound for anything that reads with it. */
final class Ceiling implements Contender {

    private final Lab lab;
    private final Database source;
    private final String slot;
    private @Nullable Child running;

    Ceiling(Lab lab, Database source) {
        this.lab = lab;
        this.source = source;
        this.slot = "ceiling_" + source.name();
    }

    @Override
    public String name() {
        return "Debezium that discards";
    }

    @Override
    public void prepare() {
        Slots.create(source, slot);
    }

    @Override
    public void start() {
        running = Child.start(
                slot,
                lab.directory(),
                Map.of(),
                lab.layout()
                        .java(
                                List.of("-Xmx512m", "-XX:+UseParallelGC", Child.heapLogOption(slot, lab.directory())),
                                lab.layout().plainDebeziumClassPath(),
                                DiscardingEngine.class,
                                Integer.toString(source.port()),
                                source.name(),
                                slot));
    }

    @Override
    public Optional<Database> destination() {
        return Optional.empty();
    }

    @Override
    public Optional<Child> process() {
        return Optional.ofNullable(running);
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
        Slots.drop(source, slot);
        source.execute("DROP PUBLICATION " + slot);
    }
}
