package org.dtssync.app.config;

import java.util.List;
import java.util.Objects;

/** A key of the task file with its description. */
interface DescribedKey {

    /** Returns what is to be said of it. */
    KeyFacts facts();

    /** Returns the section, or an empty text for the top level. */
    default String section() {
        return facts().section();
    }

    /** Returns the key within its section. */
    default String key() {
        return facts().key();
    }

    /** Returns the key with its section, as messages name it. */
    default String path() {
        return section().isEmpty() ? key() : section() + "." + key();
    }

    /** Returns the type of its values. */
    default KeyType type() {
        return facts().type();
    }

    /** Returns whether the file must have it (in a section that is not embedded). */
    default boolean required() {
        return facts().defaultText() == null;
    }

    /** Returns the default of a key that is not required, as it would be written; lists separated by commas; empty for none. */
    default String defaultText() {
        return Objects.requireNonNull(
                facts().defaultText(), () -> "There is no default of " + path() + ", which is required.");
    }

    /** Returns a value as it could be written. */
    default String example() {
        return facts().example();
    }

    /** Returns the unit of its values, possibly empty. */
    default String unit() {
        return facts().unit();
    }

    /** Returns the key with a value, ready to paste: with the usual quotes around URLs and ${...}. */
    default String exampleEntry() {
        return key() + ": " + (example().matches("[A-Za-z0-9_./]+|[\\[{].*") ? example() : '"' + example() + '"');
    }

    /** Returns its description, a sentence. */
    default String meaning() {
        return facts().meaning();
    }

    /** Returns the reason to change it, a sentence. */
    default String whyChange() {
        return facts().whyChange();
    }

    /** Returns the least allowed number. */
    default long least() {
        return facts().least();
    }

    /** Returns the greatest allowed number. */
    default long most() {
        return facts().most();
    }

    /** Returns the allowed values of a choice; empty for other types. */
    default List<String> choices() {
        return facts().choices();
    }

    /** Returns whether this stands for keys that are not listed separately. */
    default boolean covers(String name) {
        String key = key();
        return key.endsWith("*") ? name.startsWith(key.substring(0, key.length() - 1)) : key.equals(name);
    }
}
