package org.dtssync.app.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Suggests the nearest known key for an unknown one. */
final class UnknownKey {

    private UnknownKey() {}

    /**
     * Returns the sentence.
     *
     * @param section where the key stands, empty for the top level
     * @param name the unknown key
     * @param line its line
     * @param sections names of sections that are known at this level
     */
    static String sentence(String section, String name, int line, List<String> sections) {
        List<String> known = new ArrayList<>(sections);
        KeySections.keysOf(section).stream()
                .map(DescribedKey::key)
                .filter(key -> !key.endsWith("*"))
                .forEach(known::add);
        String meant = misplaced(section, name).orElseGet(() -> prefix(section) + NearestKey.of(name, known));
        return "Unknown key '" + prefix(section) + name + "' (line " + line + "). Did you mean '" + meant + "'?";
    }

    /** A key of this name that exists in another section was put in the wrong place. */
    private static Optional<String> misplaced(String section, String name) {
        return KeySections.keys()
                .filter(key -> key.key().equals(name) && !key.section().equals(section))
                .map(DescribedKey::path)
                .findFirst();
    }

    private static String prefix(String section) {
        return section.isEmpty() ? "" : section + ".";
    }
}
