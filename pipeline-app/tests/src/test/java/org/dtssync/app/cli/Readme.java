package org.dtssync.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What README.md tells a reader to paste. Immutable. */
record Readme(String text) {

    static Readme read() throws IOException {
        return new Readme(Files.readString(Path.of("../../README.md")));
    }

    /** Returns the blocks of a language in their order. */
    private List<String> blocks(String language) {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(text)
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    String taskFile() {
        return blocks("yaml").get(0);
    }

    String sourceRights() {
        return blocks("sql").get(0);
    }

    String destinationRights() {
        return blocks("sql").get(1);
    }

    /** Returns the words after {@code scripts/dts-sync} of each line that begins with it, in their order. */
    List<List<String>> commands() {
        return Pattern.compile("^scripts/dts-sync ([^#\n]*)", Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map((MatchResult line) -> List.of(line.group(1).strip().split(" +", -1)))
                .toList();
    }

    /** Returns the password that a block gives to its account. */
    static String password(String sql) {
        return Pattern.compile("PASSWORD '([^']*)'")
                .matcher(sql)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();
    }
}
