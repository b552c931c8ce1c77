package org.dtssync.connectors.capture.debezium;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.debezium.config.CommonConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnector;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** One package knows Debezium, and Debezium's classes are Debezium's. */
class DebeziumBoundaryTest {

    private static final String WHY =
            "capture reads from a ChangeSource, and only org.dtssync.connectors.capture.debezium knows that it is Debezium";

    private final JavaClasses ours = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.dtssync");

    @Test
    void onlyOnePackageImportsDebeziumAndConnectsTasks() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.dtssync.connectors.capture.debezium..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.debezium..", "org.apache.kafka.connect.source..", "org.apache.kafka.connect.connector..")
                .because(WHY)
                .check(ours);
    }

    @Test
    void captureDoesNotKnowWhatStreams() {
        noClasses()
                .that()
                .resideInAPackage("org.dtssync.connectors.capture")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.dtssync.connectors.capture.debezium..")
                .because(WHY)
                .check(ours);
        classes()
                .that()
                .resideInAPackage("org.dtssync.connectors.capture.debezium..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "io.debezium..",
                        "org.apache.kafka.common.metrics..",
                        "org.apache.kafka.common..",
                        "org.apache.kafka.clients.producer..",
                        "org.apache.kafka.connect..",
                        "org.postgresql..",
                        "org.slf4j..",
                        "org.jspecify..",
                        "org.dtssync.schemas..",
                        "org.dtssync.connectors.fault..",
                        "org.dtssync.connectors.kafka..",
                        "org.dtssync.connectors.postgres..",
                        "org.dtssync.connectors.values..",
                        "org.dtssync.connectors.capture..")
                .because(WHY)
                .check(ours);
    }

    @Test
    void noClassOfDebeziumsIsReplaced() throws IOException, URISyntaxException {
        for (Class<?> known : List.of(PostgresConnector.class, CommonConnectorConfig.class)) {
            Path jar = Path.of(
                    known.getProtectionDomain().getCodeSource().getLocation().toURI());
            try (JarFile debezium = new JarFile(jar.toFile())) {
                debezium.stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.endsWith(".class"))
                        .forEach(name -> assertThat(copies(name))
                                .as("where %s comes from", name)
                                .allMatch(copy -> copy.toString().contains("/debezium-")));
            }
        }
    }

    private static List<URL> copies(String name) {
        try {
            return Collections.list(DebeziumBoundaryTest.class.getClassLoader().getResources(name));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
