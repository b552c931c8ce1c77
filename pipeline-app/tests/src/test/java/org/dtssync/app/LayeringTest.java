package org.dtssync.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Holds the floor plan: schemas, connectors, and in pipeline-app ground, rooms, hall and doors. */
class LayeringTest {

    private static final String PLAN = """
            the floor plan is: pipeline-app -> connectors -> schemas; in pipeline-app cli, quickstart (doors) -> display, metrics -> pipeline (hall)
            -> precheck, structure, snapshot, verify (rooms, which never import one another) -> config, catalog, progress (ground)
            """;

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.dtssync");

    @Test
    void everyDependencyPointsDownwards() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("cli")
                .definedBy("org.dtssync.app.cli..")
                .layer("quickstart")
                .definedBy("org.dtssync.app.quickstart..")
                .layer("display")
                .definedBy("org.dtssync.app.display..")
                .layer("metrics")
                .definedBy("org.dtssync.app.metrics..")
                .layer("embedded")
                .definedBy("org.dtssync.app.embedded..")
                .layer("pipeline")
                .definedBy(
                        "org.dtssync.app.pipeline..",
                        "org.dtssync.app.control..",
                        "org.dtssync.app.drift..",
                        "org.dtssync.app.lease..",
                        "org.dtssync.app.moving..",
                        "org.dtssync.app.prepare..",
                        "org.dtssync.app.source..",
                        "org.dtssync.app.stream..",
                        "org.dtssync.app.task..")
                .layer("precheck")
                .definedBy("org.dtssync.app.precheck..")
                .layer("structure")
                .definedBy("org.dtssync.app.structure..")
                .layer("snapshot")
                .definedBy("org.dtssync.app.snapshot..")
                .layer("verify")
                .definedBy("org.dtssync.app.verify..")
                .layer("ground")
                .definedBy("org.dtssync.app.config..", "org.dtssync.app.catalog..", "org.dtssync.app.state..")
                .layer("connectors")
                .definedBy("org.dtssync.connectors..")
                .layer("schemas")
                .definedBy("org.dtssync.schemas..")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("quickstart")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("display")
                .mayOnlyBeAccessedByLayers("cli", "quickstart")
                .whereLayer("metrics")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("embedded")
                .mayOnlyBeAccessedByLayers("cli", "quickstart")
                .whereLayer("pipeline")
                .mayOnlyBeAccessedByLayers("cli", "quickstart", "display", "metrics")
                .whereLayer("precheck")
                .mayOnlyBeAccessedByLayers("pipeline", "cli", "quickstart", "display", "metrics")
                .whereLayer("structure")
                .mayOnlyBeAccessedByLayers("pipeline", "cli", "quickstart", "display", "metrics")
                .whereLayer("snapshot")
                .mayOnlyBeAccessedByLayers("pipeline", "cli", "quickstart", "display", "metrics")
                .whereLayer("verify")
                .mayOnlyBeAccessedByLayers("pipeline", "cli", "quickstart", "display", "metrics")
                .whereLayer("ground")
                .mayOnlyBeAccessedByLayers(
                        "cli",
                        "quickstart",
                        "display",
                        "metrics",
                        "embedded",
                        "pipeline",
                        "precheck",
                        "structure",
                        "snapshot",
                        "verify")
                .whereLayer("connectors")
                .mayOnlyBeAccessedByLayers(
                        "cli",
                        "quickstart",
                        "display",
                        "metrics",
                        "embedded",
                        "pipeline",
                        "precheck",
                        "structure",
                        "snapshot",
                        "verify",
                        "ground")
                .because(PLAN)
                .check(classes);
    }

    @Test
    void noPackagesOfOneModuleDependOnEachOtherInACycle() {
        slices().matching("org.dtssync.(*).(*)..")
                .should()
                .beFreeOfCycles()
                .because(PLAN)
                .check(classes);
    }

    @Test
    void topicsAreReadWithoutADatabase() {
        noClasses()
                .that()
                .resideInAPackage("org.dtssync.connectors.read")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.sql..",
                        "javax.sql..",
                        "org.postgresql..",
                        "org.dtssync.connectors.apply..",
                        "org.dtssync.connectors.capture..")
                .because("a replay reads topics where there is no destination")
                .check(classes);
    }
}
