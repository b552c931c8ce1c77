package org.dtssync.app.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Commands that one session runs.
 *
 * @param label what they are about
 * @param options the options of the session
 * @param messages what it sends, each as one message
 */
record CommandCase(String label, String options, List<String> messages) {

    /** A case whose session has no options. */
    CommandCase(String label, List<String> messages) {
        this(label, "", messages);
    }

    /** Reads cases: a label behind dashes, perhaps with options behind an at sign, and messages between empty lines. */
    static List<CommandCase> read(String resource) throws IOException {
        try (InputStream input = CommandCase.class.getResourceAsStream(resource)) {
            String text = new String(Objects.requireNonNull(input).readAllBytes(), StandardCharsets.UTF_8);
            List<CommandCase> cases = new ArrayList<>();
            for (String part : text.split("(?m)^-- ", -1)) {
                if (!part.isBlank()) {
                    String[] lines = part.split("\n", 2);
                    List<String> messages = new ArrayList<>();
                    for (String message : lines[1].split("(?m)^\\s*$", -1)) {
                        if (!message.isBlank()) {
                            messages.add(message.strip());
                        }
                    }
                    String[] label = lines[0].split(" @ ", 2);
                    cases.add(new CommandCase(label[0], label.length > 1 ? label[1] : "", messages));
                }
            }
            return cases;
        }
    }
}
