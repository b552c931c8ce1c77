package org.dtssync.app.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be said of a key of the task file.
 *
 * @param section the section, or an empty text for the top level
 * @param key the key within its section; one that ends with {@code *} stands for keys that are not listed separately
 * @param type the type of its values
 * @param defaultText the default as it would be written; lists separated by commas; empty for none; null if required
 * @param unit the unit of its values, possibly empty
 * @param example a value as it could be written
 * @param least the least allowed number
 * @param most the greatest allowed number
 * @param meaning its description, a sentence
 * @param whyChange the reason to change it, a sentence
 * @param choices the allowed values of a choice; empty for other types
 */
record KeyFacts(
        String section,
        String key,
        KeyType type,
        @Nullable String defaultText,
        String unit,
        String example,
        long least,
        long most,
        String meaning,
        String whyChange,
        List<String> choices) {

    KeyFacts {
        choices = List.copyOf(choices);
    }

    /**
     * Returns what is to be said of the key at {@code place}: {@code section/key}, or the key alone at the top level.
     *
     * @param defaultText null if the key is required
     * @param choices the allowed values, as constants; empty for other types
     */
    static KeyFacts at(
            String place,
            KeyType type,
            @Nullable String defaultText,
            String unit,
            String example,
            long least,
            long most,
            String meaning,
            String whyChange,
            List<Enum<?>> choices) {
        int slash = place.indexOf('/');
        return new KeyFacts(
                slash < 0 ? "" : place.substring(0, slash),
                place.substring(slash + 1),
                type,
                defaultText,
                unit,
                example,
                least,
                most,
                meaning,
                whyChange,
                choices.stream().map(KeyType::label).toList());
    }
}
