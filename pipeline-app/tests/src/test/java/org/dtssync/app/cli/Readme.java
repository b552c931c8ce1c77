package org.dtssync.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What README.md tells a reader to paste. Immutable. */
public record Readme(String text) {

    /** Reads it. */
    public static Readme read() throws IOException {
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

    /** Returns the statements for the source that moving data takes. */
    public String sourceRights() {
        return blocks("sql").get(0);
    }

    /** Returns the statements for the destination that moving data takes. */
    public String destinationRights() {
        return blocks("sql").get(1);
    }

    /** Returns every statement for the source of a version: those for moving data, and those for switching. */
    public String allRightsAtSource(int major) {
        return ofVersion(major, sourceRights() + blocks("sql").get(2));
    }

    /** Returns every statement for the destination of a version. */
    public String allRightsAtDestination(int major) {
        return ofVersion(major, destinationRights() + blocks("sql").get(3));
    }

    /** Returns statements with the names of a test in place of those of the README, and the password {@code unused}. */
    public static String named(String sql, String database, String account, String owner, String application) {
        return sql.replaceAll("DATABASE shop ", "DATABASE " + database + " ")
                .replace("migrator", account)
                .replace("shop_owner", owner)
                .replace("shop_app", application)
                .replaceAll("'[a-z]+-password'", "'unused'");
    }

    private static String ofVersion(int major, String sql) {
        return major >= 15
                ? sql
                : sql.lines()
                        .filter(line -> !line.contains("PostgreSQL 15 and later"))
                        .collect(Collectors.joining("\n"));
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
