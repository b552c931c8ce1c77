package org.dtssync.app.chaos;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How another JVM of ours is started. Stateless. */
final class Java {

    private Java() {}

    /** Returns the command up to the class path: the same Java, with the same home, time zone and language as here. */
    static List<String> command(String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        for (String name :
                List.of("dts.sync.home", "dts.sync.sandbox", "user.timezone", "user.language", "user.country")) {
            String value = System.getProperty(name);
            if (value != null) {
                command.add("-D" + name + "=" + value);
            }
        }
        return command;
    }
}
