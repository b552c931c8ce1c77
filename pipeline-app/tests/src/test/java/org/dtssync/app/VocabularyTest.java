package org.dtssync.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    /**
     * A rule.
     *
     * @param words the retired words
     * @param better what to write instead
     */
    private record Rule(Pattern words, String better) {

        static Rule of(String words, String better) {
            return new Rule(Pattern.compile("\\b(?:" + words + ")\\b", Pattern.CASE_INSENSITIVE), better);
        }
    }

    /** Where a retired word is right: the end of a file's name, and the text around the word. */
    private static final Map<String, String> EXCEPTIONS = Map.of();

    private static final List<Rule> RULES = List.of(
            Rule.of("anew", "again; re-created, reloaded, reopened, restarted"),
            Rule.of(
                    "(?:go|goes|going|gone|went) on(?! (?:the|a|an|one|its|their|this|that|top|board)\\b)",
                    "resumes, continues"),
            Rule.of("mend(?:s|ed|ing)?", "fix"),
            Rule.of("whoever|whomever", "anyone who, the client that, or name the one"),
            Rule.of("somebody|anybody|everybody", "another client, a person, all clients"),
            Rule.of("let(?:s|ting)? go of", "release"),
            Rule.of("of (?:ours|yours|theirs)", "our, your, their"),
            Rule.of("tells?|telling|told", "shows, reports, determines, notifies; distinguishes"),
            Rule.of("what came out", "results"),
            Rule.of("what came of", "the outcome of, the result of"),
            Rule.of("look(?:s|ed) at", "check, read, inspect"),
            Rule.of("made again", "re-created"),
            Rule.of("for ever", "forever"),
            Rule.of("beside", "next to; in addition to; under"),
            Rule.of("objects? of the structure", "schema object"),
            Rule.of("the way back", "reverse replication"),
            Rule.of("stood still|stands still", "were blocked; is idle"),
            Rule.of("passing (?:reason|fault|error)s?", "transient error"),
            Rule.of("(?:tries|tried|trying) again", "retries, retried, retrying"),
            Rule.of("run is alive", "run is active"),
            Rule.of("gates? (?:is|are) (?:shut|open)", "precondition is (not) met"),
            Rule.of("passed over", "skipped, ignored"),
            Rule.of("how (?:it|the run|a task|a run) gets on", "progress"));

    /** Pages, sources, SQL, configuration and scripts; a script may have no ending. */
    private static final Pattern TEXT =
            Pattern.compile("\\.(?:md|java|sql|yaml|sh|xml|avsc)$|Dockerfile|(?:^|/)(?:scripts|bin)/[^/.]+$");

    private static final Pattern JAVA_TEXT = Pattern.compile(
            "\"\"\".*?\"\"\"|\"(?:[^\"\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\n]|\\\\.)+'|//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);

    private final Repository repository = Repository.find();

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
        RULES.forEach(rule -> rule.words()
                .matcher(flat)
                .results()
                .filter(match -> !excepted(name, flat, match))
                .forEach(match -> found.add(name + ":" + line(whole, offset + match.start()) + ": \"" + match.group()
                        + "\" -> " + rule.better())));
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
