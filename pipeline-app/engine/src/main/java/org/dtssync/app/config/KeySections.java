package org.dtssync.app.config;

import java.util.Arrays;
import java.util.List;

/** The sections of the task file. Stateless. */
final class KeySections {

    private KeySections() {}

    /** Returns the keys of one section. */
    static List<TaskKey> keysOf(String section) {
        return Arrays.stream(TaskKey.values())
                .filter(key -> key.section().equals(section))
                .toList();
    }

    /** Returns the sections, in the order of the file. */
    static List<String> all() {
        return Arrays.stream(TaskKey.values())
                .map(TaskKey::section)
                .filter(section -> !section.isEmpty())
                .distinct()
                .toList();
    }
}
