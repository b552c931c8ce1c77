package org.dtssync.app.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.dtssync.app.embedded.EmbeddedKafka;

/** The broker as a separate process, so that its memory and time are not counted as another's. */
public final class Broker {

    /** Comes before the address in what it prints. */
    static final String READY = "broker at ";

    private Broker() {}

    /** Runs a broker in the directory that is named first until its input ends; the second argument is {@link #open}'s, if any. */
    public static void main(String[] arguments) throws IOException {
        try (EmbeddedKafka kafka = open(arguments)) {
            System.out.println(READY + kafka.bootstrapServers());
            while (System.in.read() >= 0) {
                // Only the end of the input matters.
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /** With a second port for clients behind a link, and the port of that link, as {@code PORT:LINK}. */
    private static EmbeddedKafka open(String[] arguments) {
        Path directory = Path.of(arguments[0]);
        Map<String, String> properties = Map.of("message.max.bytes", "67108864");
        if (arguments.length == 1) {
            return EmbeddedKafka.start(directory, properties);
        }
        String[] ports = arguments[1].split(":", -1);
        return EmbeddedKafka.startBehind(directory, properties, Integer.parseInt(ports[0]), Integer.parseInt(ports[1]));
    }
}
