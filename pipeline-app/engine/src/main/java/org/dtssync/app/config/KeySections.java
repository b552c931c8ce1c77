package org.dtssync.app.config;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The sections of the task file and their keys: the one list that the reader, the JSON schema and the reference page follow.
 * Stateless.
 */
final class KeySections {

    private KeySections() {}

    /** Returns every key, in the order of the file. */
    static Stream<DescribedKey> keys() {
        return Stream.concat(Arrays.stream(TaskKey.values()), Arrays.stream(SwitchoverKey.values()));
    }

    /** Returns the keys of one section. */
    static List<DescribedKey> keysOf(String section) {
        return keys().filter(key -> key.section().equals(section)).toList();
    }

    /** Returns the sections, in the order of the file. */
    static List<String> all() {
        return keys().map(DescribedKey::section)
                .filter(section -> !section.isEmpty())
                .distinct()
                .toList();
    }
}
