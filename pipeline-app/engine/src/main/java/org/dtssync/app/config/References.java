package org.dtssync.app.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.connectors.secrets.FileReferences;

/**
 * Replaces {@code ${env:NAME}} and {@code ${file:/path}} in values. The result may be a secret and never appears in
 * a message; it is not searched for further references.
 */
final class References {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^{}]*)}?");

    private final Map<String, String> environment;
    private final Path directory;
    private final Mistakes mistakes;
    private final Set<String> variables = new TreeSet<>();

    /**
     * Creates a resolver.
     *
     * @param environment the process's environment variables
     * @param directory where relative paths start
     * @param mistakes where unresolvable references are recorded
     */
    References(Map<String, String> environment, Path directory, Mistakes mistakes) {
        this.environment = environment;
        this.directory = directory;
        this.mistakes = mistakes;
    }

    /** Returns the text with its references replaced. */
    String resolve(String path, YamlValue.Text text) {
        Matcher matcher = REFERENCE.matcher(text.raw());
        StringBuilder resolved = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(
                    resolved, Matcher.quoteReplacement(value(path, text.line(), matcher.group(), matcher.group(1))));
        }
        return matcher.appendTail(resolved).toString();
    }

    /** Returns the names of the environment variables that were referenced so far: they may hold secrets. */
    Set<String> variables() {
        return Set.copyOf(variables);
    }

    /** Returns the same of a secret, in which a file's text is read again each time it is used. */
    String resolveSecret(String path, YamlValue.Text text) {
        Matcher matcher = REFERENCE.matcher(text.raw());
        StringBuilder resolved = new StringBuilder();
        while (matcher.find()) {
            // Read once here too, so that a file that is missing is a mistake in the task file.
            String value = value(path, text.line(), matcher.group(), matcher.group(1));
            boolean file = !value.isEmpty() && matcher.group(1).startsWith("file:");
            matcher.appendReplacement(
                    resolved,
                    Matcher.quoteReplacement(
                            file
                                    ? FileReferences.to(
                                            directory.resolve(matcher.group(1).substring(5)))
                                    : value));
        }
        return matcher.appendTail(resolved).toString();
    }

    private String value(String path, int line, String whole, String reference) {
        String at = Mistakes.at(path, line);
        if (whole.endsWith("}") && reference.startsWith("env:") && reference.length() > 4) {
            return variable(at, line, reference.substring(4));
        }
        if (whole.endsWith("}") && reference.startsWith("file:") && reference.length() > 5) {
            return file(at, line, reference.substring(5));
        }
        mistakes.add(
                line,
                at + " has a ${ that begins neither ${env:NAME} nor ${file:/path}. Write one of these; a value that"
                        + " itself contains ${ can come from either.");
        return "";
    }

    private String variable(String at, int line, String name) {
        variables.add(name);
        String value = environment.get(name);
        if (value == null) {
            mistakes.add(
                    line,
                    at + " names the environment variable " + name + ", which is not set. Set it: export " + name
                            + "=...");
            return "";
        }
        return value;
    }

    private String file(String at, int line, String name) {
        try {
            return Files.readString(directory.resolve(name)).replaceFirst("\\r?\\n\\z", "");
        } catch (NoSuchFileException e) {
            mistakes.add(line, unreadable(at, name, "no such file"));
            return "";
        } catch (IOException | InvalidPathException e) {
            mistakes.add(line, unreadable(at, name, "no right to, or it is not UTF-8 text"));
            return "";
        }
    }

    private static String unreadable(String at, String name, String why) {
        return at + " names the file " + name + ", which cannot be read (" + why
                + "). Create it, readable for the account that runs dts-sync.";
    }
}
