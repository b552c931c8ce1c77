package org.dtssync.connectors.secrets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * References to files within a value, and the value with the files' text in their place. A reference is marked with characters that no
 * value has, so that nothing in the text of a file is taken for one. Stateless.
 */
public final class FileReferences {

    private static final String BEGIN = "\uE000";
    private static final String END = "\uE001";
    private static final Pattern REFERENCE = Pattern.compile(BEGIN + "([^" + END + "]*)" + END);

    private FileReferences() {}

    /** Returns what stands for the text of a file in a value. */
    public static String to(Path file) {
        return BEGIN + file.toAbsolutePath() + END;
    }

    /**
     * Returns a value with each file's text of this moment, without the line's end behind it.
     *
     * @throws SyncException of kind CONNECTION if a file cannot be read, as while it is being replaced
     */
    public static String resolve(String value) {
        if (!value.contains(BEGIN)) {
            return value;
        }
        Matcher reference = REFERENCE.matcher(value);
        StringBuilder resolved = new StringBuilder();
        while (reference.find()) {
            reference.appendReplacement(resolved, Matcher.quoteReplacement(text(Path.of(reference.group(1)))));
        }
        return reference.appendTail(resolved).toString();
    }

    /** Returns the same of a value that may be missing. */
    public static @Nullable String resolveOptional(@Nullable String value) {
        return value == null ? null : resolve(value);
    }

    /** Returns properties with the values resolved. */
    public static <V> Map<String, Object> resolve(Map<String, V> properties) {
        Map<String, Object> resolved = new HashMap<>();
        properties.forEach((key, value) -> resolved.put(key, value instanceof String text ? resolve(text) : value));
        return resolved;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).replaceFirst("\\r?\\n\\z", "");
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.CONNECTION,
                    "File " + file + ", which the task file names, cannot be read.",
                    "Create it, readable for the account that runs dts-sync.",
                    e);
        }
    }
}
