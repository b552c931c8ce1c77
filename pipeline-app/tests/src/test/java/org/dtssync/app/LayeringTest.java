package org.dtssync.app;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
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
            the floor plan is: pipeline-app -> connectors -> schemas; in pipeline-app cli, quickstart (doors) -> display, metrics -> tasks (face) -> pipeline (hall)
            -> precheck, structure, snapshot, verify (rooms, which never import one another) -> config, catalog, state (ground)
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
                .layer("tasks")
                .definedBy("org.dtssync.app.tasks..")
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
                .whereLayer("tasks")
                .mayOnlyBeAccessedByLayers("cli", "quickstart", "display", "metrics")
                .whereLayer("pipeline")
                .mayOnlyBeAccessedByLayers("tasks", "quickstart")
                .whereLayer("precheck")
                .mayOnlyBeAccessedByLayers("pipeline", "tasks")
                .whereLayer("structure")
                .mayOnlyBeAccessedByLayers("pipeline", "tasks")
                .whereLayer("snapshot")
                .mayOnlyBeAccessedByLayers("pipeline", "tasks", "quickstart", "display")
                .whereLayer("verify")
                .mayOnlyBeAccessedByLayers("pipeline", "tasks", "quickstart", "display")
                .whereLayer("ground")
                .mayOnlyBeAccessedByLayers(
                        "cli",
                        "quickstart",
                        "display",
                        "metrics",
                        "embedded",
                        "tasks",
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
                        "tasks",
                        "pipeline",
                        "precheck",
                        "structure",
                        "snapshot",
                        "verify",
                        "ground")
                .because(PLAN)
                .check(classes);
    }

    /** The command line uses the engine through its face alone; everything else it needs is configuration and display. */
    @Test
    void theCommandLineKnowsTheFaceOnly() {
        noClasses()
                .that()
                .resideInAPackage("org.dtssync.app.cli..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.dtssync..")
                        .and(resideOutsideOfPackages(
                                "org.dtssync.app.cli..",
                                "org.dtssync.app.config..",
                                "org.dtssync.app.tasks..",
                                "org.dtssync.app.display..",
                                "org.dtssync.app.metrics..",
                                "org.dtssync.app.embedded..",
                                "org.dtssync.connectors.fault..")))
                .because(PLAN)
                .check(classes);
    }

    /** What programs read is made in one place; the state's own texts are made where they are kept. */
    @Test
    void jsonIsMadeByTheFaceOnly() {
        noClasses()
                .that()
                .resideInAPackage("org.dtssync.app..")
                .and()
                .resideOutsideOfPackages(
                        "org.dtssync.app.tasks..",
                        "org.dtssync.app.config..",
                        "org.dtssync.app.catalog..",
                        "org.dtssync.app.state..",
                        "org.dtssync.app.moving..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.fasterxml.jackson..")
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
