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
import org.dtssync.app.cli.FailpointTask.Strike;
import org.dtssync.connectors.fault.Failpoint;
import org.junit.jupiter.api.Test;

/** Each failpoint is passed by the program and struck by a test. */
class FailpointsAreHeldTest {

    private static final Pattern PASSED = Pattern.compile("Failpoint\\.([A-Z_]+)\\.reached\\(\\)");

    @Test
    void aTestDiesAtEach() {
        Set<Failpoint> struck = Stream.of(
                        LoadSurvivesFailpointsTest.LOAD,
                        LoadSurvivesFailpointsTest.STREAM,
                        LoadSurvivesFailpointsTest.LARGE,
                        LoadSurvivesFailpointsTest.RELOAD,
                        MoveSurvivesFailpointsTest.SWITCHOVER,
                        MoveSurvivesFailpointsTest.UNDO,
                        MoveSurvivesFailpointsTest.FINISH,
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
        try (Stream<Path> files = Files.walk(project())) {
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
    void namesAreWrittenAsConstantsAre() {
        assertThat(Failpoint.values())
                .allSatisfy(point -> assertThat(point.label().replace('.', '_').replace('-', '_'))
                        .isEqualToIgnoringCase(point.name()))
                .allSatisfy(point -> assertThat(Failpoint.of(point.label())).isEqualTo(point));
    }

    private static boolean isMainCode(Path file) {
        return file.toString().endsWith(".java") && file.toString().contains("src/main/java");
    }

    /** The first directory above that has the scripts. */
    private static Path project() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve("scripts"))) {
            directory = directory.getParent();
        }
        return directory;
    }
}
