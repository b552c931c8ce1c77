package org.dtssync.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Pages, help texts, messages, logs and Javadoc use the standard terms that a reader searches for. Each rule is a word that reads
 * like a translation, with what to write instead; {@code docs/glossary.md} defines the project's own terms.
 */
class VocabularyTest {

    /** Where a retired word is right: the end of a file's name, and the text around the word. */
    private static final Map<String, String> EXCEPTIONS = Map.of();

    private static final Map<Pattern, String> RULES = new LinkedHashMap<>();

    static {
        rule("anew", "again; re-created, reloaded, reopened, restarted");
        rule(
                "(?:go|goes|going|gone|went) on(?! (?:the|a|an|one|its|their|this|that|top|board)\\b)",
                "resumes, continues");
        rule("mend(?:s|ed|ing)?", "fix");
        rule("whoever|whomever", "anyone who, the client that, or name the one");
        rule("somebody|anybody|everybody", "another client, a person, all clients");
        rule("let(?:s|ting)? go of", "release");
        rule("of (?:ours|yours|theirs)", "our, your, their");
        rule("tells?|telling|told", "shows, reports, determines, notifies; distinguishes");
        rule("what came out", "results");
        rule("what came of", "the outcome of, the result of");
        rule("look(?:s|ed) at", "check, read, inspect");
        rule("made again", "re-created");
        rule("for ever", "forever");
        rule("beside", "next to; in addition to; under");
        rule("objects? of the structure", "schema object");
        rule("the way back", "reverse replication");
        rule("stood still|stands still", "were blocked; is idle");
        rule("passing (?:reason|fault|error)s?", "transient error");
        rule("(?:tries|tried|trying) again", "retries, retried, retrying");
        rule("run is alive", "run is active");
        rule("gates? (?:is|are) (?:shut|open)", "precondition is (not) met");
        rule("passed over", "skipped, ignored");
        rule("how (?:it|the run|a task|a run) gets on", "progress");
        rule("says? no more", "names what it says instead");
    }

    /** Pages, sources, SQL, configuration and scripts; a script may have no ending. */
    private static final Pattern TEXT =
            Pattern.compile("\\.(?:md|java|sql|yaml|sh|xml|avsc)$|Dockerfile|(?:^|/)(?:scripts|bin)/[^/.]+$");

    private static final Pattern JAVA_TEXT = Pattern.compile(
            "\"\"\".*?\"\"\"|\"(?:[^\"\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\n]|\\\\.)+'|//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);

    private final Repository repository = Repository.find();

    private static void rule(String words, String better) {
        RULES.put(Pattern.compile("\\b(?:" + words + ")\\b", Pattern.CASE_INSENSITIVE), better);
    }

    @Test
    void noTextUsesARetiredWord() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : texts()) {
            check(repository.name(file), Files.readString(file), found);
        }

        assertThat(found).as("retired words, each with what to write instead").isEmpty();
    }

    private List<Path> texts() {
        return repository.files("").stream()
                .filter(file -> TEXT.matcher(repository.name(file)).find())
                .filter(file -> !repository.name(file).contains("src/test/"))
                .toList();
    }

    private static void check(String name, String text, List<String> found) {
        if (!name.endsWith(".java")) {
            find(name, text, 0, text, found);
            return;
        }
        Matcher parts = JAVA_TEXT.matcher(text);
        while (parts.find()) {
            find(name, parts.group(), parts.start(), text, found);
        }
    }

    /** Finds retired words in one part of a file; a line break and the star of a comment count as one space. */
    private static void find(String name, String part, int offset, String whole, List<String> found) {
        String flat = flat(part);
        RULES.forEach((words, better) -> words.matcher(flat)
                .results()
                .filter(match -> !excepted(name, flat, match))
                .forEach(match -> found.add(name + ":" + line(whole, offset + match.start()) + ": \"" + match.group()
                        + "\" -> " + better)));
    }

    /** Returns a text of the same length in which words of one sentence are one space apart wherever possible. */
    private static String flat(String part) {
        return part.replaceAll("(?<=\n {0,8})\\* ", "  ").replace('\n', ' ');
    }

    private static boolean excepted(String name, String flat, MatchResult match) {
        return EXCEPTIONS.entrySet().stream()
                .anyMatch(exception -> name.endsWith(exception.getKey())
                        && flat.substring(Math.max(0, match.start() - 40), Math.min(flat.length(), match.end() + 40))
                                .contains(exception.getValue()));
    }

    private static long line(String text, int offset) {
        return 1
                + text.substring(0, offset)
                        .chars()
                        .filter(character -> character == '\n')
                        .count();
    }
}
