package org.dtssync.app.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.dtssync.app.embedded.EmbeddedKafka;

/** The broker as a process of its own, so that its memory and time are not counted as anybody else's. */
public final class Broker {

    /** Comes before the address in what it prints. */
    static final String READY = "broker at ";

    private Broker() {}

    /** Runs a broker in the directory that is named until its input ends. */
    public static void main(String[] arguments) throws IOException {
        try (EmbeddedKafka kafka =
                EmbeddedKafka.start(Path.of(arguments[0]), Map.of("message.max.bytes", "67108864"))) {
            System.out.println(READY + kafka.bootstrapServers());
            while (System.in.read() >= 0) {
                // Only the end of the input says anything.
            }
        }
        Runtime.getRuntime().halt(0);
    }
}
