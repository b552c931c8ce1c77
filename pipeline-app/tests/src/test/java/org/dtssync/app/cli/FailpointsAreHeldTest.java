package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dtssync.app.Repository;
import org.dtssync.app.cli.FailpointTask.Strike;
import org.dtssync.connectors.fault.Failpoint;
import org.junit.jupiter.api.Test;

/**
 * Each failpoint is passed by the program, struck by a test and on the page of failpoints. Run with {@code -Dreference.write=true} to
 * write the page after a change.
 */
class FailpointsAreHeldTest {

    private static final String PAGE = """
            # Failpoints

            A failpoint is a place in the code where a crash leaves something unfinished. Each has a name, is compiled into the program and
            does nothing unless the environment variable `%s` names it:

            ```
            %s=NAME[:PASS[:ACTION]] scripts/dts-sync run task.yaml
            ```

            `PASS` is the number of the pass, 1 by default. `ACTION` is `halt`, which ends the process at once with exit code %d, or
            `freeze`, which holds the thread until the process is killed, so that you can inspect the servers first. The process reports on
            stderr that it has reached the failpoint. `error` throws an `InternalError` there: the command ends with 1, one sentence and a trace file.

            `LoadSurvivesFailpointsTest`, `CommandsSurviveFailpointsTest` and `MoveSurvivesFailpointsTest` kill a task at each of them, run the same command again and verify
            both databases. To add one, add a constant to `Failpoint`, call its `reached()` at the place, and use it in one of these tests;
            `FailpointsAreHeldTest` fails until all three exist, and generates this page.

            | failpoint | state after a crash |
            |---|---|
            %s""";

    private static final Pattern PASSED = Pattern.compile("Failpoint\\.([A-Z_]+)\\.reached\\(\\)");

    @Test
    void aTestDiesAtEach() {
        Set<Failpoint> struck = Stream.of(
                        LoadSurvivesFailpointsTest.LOAD,
                        LoadSurvivesFailpointsTest.STREAM,
                        LoadSurvivesFailpointsTest.LARGE,
                        LoadSurvivesFailpointsTest.RELOAD,
                        CommandsSurviveFailpointsTest.COMMANDS,
                        CommandsSurviveFailpointsTest.LOADING,
                        MoveSurvivesFailpointsTest.SWITCHOVER,
                        MoveSurvivesFailpointsTest.UNDO,
                        MoveSurvivesFailpointsTest.FINISH,
                        MoveSurvivesFailpointsTest.RELOAD,
                        MoveSurvivesFailpointsTest.ROLLBACK,
                        MoveSurvivesFailpointsTest.ROLLBACK_FINISH,
                        MoveSurvivesFailpointsTest.ABANDON,
                        MoveSurvivesFailpointsTest.RELEASE,
                        MoveSurvivesFailpointsTest.COMPLETE)
                .flatMap(strikes -> strikes.stream().map(Strike::point))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Failpoint.class)));

        assertThat(struck).containsExactlyInAnyOrder(Failpoint.values());
    }

    @Test
    void theProgramComesByEach() throws IOException {
        Set<String> passed = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Repository.find().root())) {
            for (Path file : files.filter(FailpointsAreHeldTest::isMainCode).toList()) {
                Matcher matcher = PASSED.matcher(Files.readString(file));
                while (matcher.find()) {
                    passed.add(matcher.group(1));
                }
            }
        }

        assertThat(passed)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Failpoint.values()).map(Enum::name).toList());
    }

    @Test
    void thePageHasEach() throws IOException {
        Path page = Repository.find().root().resolve("docs/failpoints.md");
        if (Boolean.getBoolean("reference.write")) {
            Files.writeString(page, page());
        }

        assertThat(Files.readString(page))
                .as("run this test with -Dreference.write=true and commit the file")
                .isEqualTo(page());
    }

    private static String page() {
        String rows = Arrays.stream(Failpoint.values())
                .map(point -> "| `" + point.label() + "` | " + point.leaves() + " |\n")
                .collect(Collectors.joining());
        return PAGE.formatted(Failpoint.VARIABLE, Failpoint.VARIABLE, Failpoint.EXIT_CODE, rows);
    }

    @Test
    void namesAreWrittenAsConstantsAre() {
        assertThat(Failpoint.values())
                .allSatisfy(point -> assertThat(point.label().replace('.', '_').replace('-', '_'))
                        .isEqualToIgnoringCase(point.name()))
                .allSatisfy(point -> assertThat(Failpoint.of(point.label())).isEqualTo(point));
    }

    private static boolean isMainCode(Path file) {
        return file.toString().endsWith(".java") && file.toString().contains("src/main/java");
    }
}
