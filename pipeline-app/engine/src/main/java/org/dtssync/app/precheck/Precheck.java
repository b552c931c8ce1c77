package org.dtssync.app.precheck;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.catalog.TableCatalog;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.precheck.Check.Server;
import org.dtssync.app.precheck.PrecheckItem.Result;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Runs every check of a task and collects all findings, in a fixed order. Changes nothing anywhere: its sessions are
 * read-only.
 *
 * <p>A check that fails never hides another. Thread-safe; each run opens its own sessions.
 */
public final class Precheck {

    private static final Duration SUSPICIOUS_AGE = Duration.ofSeconds(30);

    /** No single statement of a check takes longer. */
    static final String STATEMENT_LIMIT = "120s";

    /** After {@link DatabaseConnections}' settings: no check may hang or write. */
    private static final String SESSION_SETTINGS = """
            SET statement_timeout = '%s';
            SET lock_timeout = '5s';
            SET default_transaction_read_only = on
            """.formatted(STATEMENT_LIMIT);

    private final TaskFile task;
    private final Duration suspiciousAge;
    private final List<Check> checks;
    private final Supplier<List<StructureObject>> statements;
    private final LaterChecks later;

    /**
     * Creates a precheck of one task; opens nothing yet.
     *
     * @param task the task
     * @param statements reads from the source what the task would make at the destination
     */
    public Precheck(TaskFile task, Supplier<List<StructureObject>> statements) {
        this(task, statements, LaterChecks.NONE);
    }

    /**
     * Creates a precheck of one task that reports on its later parts too; opens nothing yet.
     *
     * @param task the task
     * @param statements reads from the source what the task would make at the destination
     * @param later checks what is needed later; what is missing is a warning, since the task can run without it
     */
    public Precheck(TaskFile task, Supplier<List<StructureObject>> statements, LaterChecks later) {
        this(task, SUSPICIOUS_AGE, Checks.all(), statements, later);
    }

    /**
     * Creates a precheck.
     *
     * @param task the task
     * @param suspiciousAge from which age open and prepared transactions of the source are reported
     * @param checks what to check in addition to connectivity
     * @param statements reads from the source what the task would make at the destination
     * @param later checks what is needed later
     */
    Precheck(
            TaskFile task,
            Duration suspiciousAge,
            List<Check> checks,
            Supplier<List<StructureObject>> statements,
            LaterChecks later) {
        this.later = later;
        this.statements = statements;
        this.checks = List.copyOf(checks);
        this.task = task;
        this.suspiciousAge = suspiciousAge;
    }

    /** Runs all checks and returns the findings, in the same order each time. */
    public List<PrecheckItem> run() {
        Findings databases = new Findings("connectivity", Stage.PREPARE);
        try (Probe<Brokers> kafka = new Probe<>("kafka", this::brokers);
                Probe<Void> registry = new Probe<>("registry", this::registry);
                Connection source = open(End.SOURCE, task.source().database(), databases);
                Connection destination =
                        open(End.DESTINATION, task.destination().database(), databases)) {
            Brokers brokers = kafka.await();
            registry.await();
            List<PrecheckItem> items = new ArrayList<>(databases.items());
            items.addAll(kafka.items());
            items.addAll(registry.items());
            Set<Server> reached = reached(source, destination, brokers);
            runChecks(new Ends(task, source, destination, brokers, suspiciousAge, statements), reached, items);
            if (source != null && reached.contains(Server.DESTINATION)) {
                items.addAll(unsaid(later(source, reached.contains(Server.KAFKA)), items));
            }
            return List.copyOf(items);
        } catch (SQLException e) {
            throw SqlFaults.explain("A session of the precheck could not be closed", e);
        }
    }

    /** Returns the worst result of some items. */
    public static Result worst(List<PrecheckItem> items) {
        return items.stream().map(PrecheckItem::result).max(Result::compareTo).orElse(Result.PASS);
    }

    private void runChecks(Ends ends, Set<Server> reached, List<PrecheckItem> items) {
        List<String> skipped = new ArrayList<>();
        for (Check check : checks) {
            if (task.mirrorOf().isPresent() && Checks.OF_THE_LOAD.contains(check.id())) {
                continue;
            }
            if (reached.containsAll(check.needs())) {
                items.addAll(run(check, ends));
            } else if (!check.needs().contains(Server.KAFKA) || !task.kafka().embedded()) {
                skipped.add(check.id());
            }
        }
        skipped.addAll(laterSkipped(reached));
        if (!skipped.isEmpty()) {
            items.add(new PrecheckItem(
                    "not-checked",
                    Stage.PREPARE,
                    skipped,
                    Result.FAIL,
                    "Not checked, because a server could not be reached: " + String.join(", ", skipped) + ".",
                    Advice.text("Fix the connection and run precheck again.")));
        }
    }

    private List<String> laterSkipped(Set<Server> reached) {
        if (later == LaterChecks.NONE || task.mirrorOf().isPresent()) {
            return List.of();
        }
        if (!reached.containsAll(Set.of(Server.SOURCE, Server.DESTINATION))) {
            return List.of("switch-rights");
        }
        return reached.contains(Server.KAFKA) || task.kafka().embedded() ? List.of() : List.of("reverse-topics");
    }

    /** Each check of a later part reports for itself. */
    private List<PrecheckItem> later(Connection source, boolean kafka) {
        Map<String, Findings> findings = new LinkedHashMap<>();
        try {
            List<TableName> tables = new TableCatalog(task.objects())
                    .read(source).stream()
                            .filter(CatalogTable::isCaptured)
                            .map(CatalogTable::name)
                            .toList();
            for (LaterFinding finding : later.look(tables, kafka)) {
                Findings own = findings.computeIfAbsent(
                        finding.id() + " " + finding.stage(), key -> new Findings(finding.id(), finding.stage()));
                String object = finding.server().isEmpty() ? finding.stage().label() : finding.server();
                if (finding.passed()) {
                    own.pass(object, finding.message());
                } else {
                    own.warn(object, finding.message(), finding.advice());
                }
            }
        } catch (SyncException e) {
            Findings failed = new Findings("switch-rights", Stage.SWITCHOVER);
            failed.warn("switchover", e.what(), e.remedy());
            return failed.items();
        }
        return findings.values().stream().flatMap(own -> own.items().stream()).toList();
    }

    /** Leaves out what is solved with something that failed before: one cause is one finding. */
    private static List<PrecheckItem> unsaid(List<PrecheckItem> later, List<PrecheckItem> said) {
        Set<String> solved = new HashSet<>();
        said.stream()
                .filter(item -> item.result() == Result.FAIL)
                .forEach(item -> solved.addAll(item.advice().commands()));
        return later.stream()
                .filter(item -> {
                    Set<String> commands = item.advice().commands();
                    return commands.isEmpty() || !solved.containsAll(commands);
                })
                .toList();
    }

    private static List<PrecheckItem> run(Check check, Ends ends) {
        Findings findings = new Findings(check.id(), check.stage());
        try {
            check.look(ends, findings);
        } catch (SQLException e) {
            SyncException fault = SqlFaults.explain("Check " + check.id() + " could not be done", e);
            findings.fail(
                    check.id(), fault.what(), "Grant the account what the message asks for, and run precheck again.");
        } catch (SyncException e) {
            findings.fail(check.id(), e.what(), e.remedy());
        }
        return findings.items();
    }

    private @Nullable Connection open(End role, DatabaseSettings settings, Findings findings) {
        try {
            Connection connection =
                    new DatabaseConnections(role, bounded(settings), task.applicationName() + "_precheck").open();
            try (Statement statement = connection.createStatement()) {
                statement.execute(SESSION_SETTINGS);
            }
            findings.pass(role.label(), "The " + role + " " + settings + " responds.");
            return connection;
        } catch (SyncException e) {
            findings.fail(role.label(), e.what(), Advice.text(placeOf(role), e.remedy()));
        } catch (SQLException e) {
            findings.fail(
                    role.label(),
                    "The " + role + " " + settings + " closed a new connection.",
                    Advice.text(placeOf(role), "Run precheck again."));
        }
        return null;
    }

    private static Advice.Place placeOf(End role) {
        return role == End.SOURCE ? Advice.Place.SOURCE : Advice.Place.DESTINATION;
    }

    /** Properties of the task file take precedence. A server that accepts a connection and says nothing has to be given up as well. */
    private DatabaseSettings bounded(DatabaseSettings settings) {
        String limit = Long.toString(Math.max(1, task.precheckTimeout().toSeconds()));
        Map<String, String> properties = new HashMap<>();
        properties.put("connectTimeout", limit);
        properties.put("loginTimeout", limit);
        properties.putAll(settings.properties());
        return new DatabaseSettings(settings.url(), settings.user(), settings.password(), properties);
    }

    private @Nullable Brokers brokers(Findings findings) {
        if (task.kafka().embedded()) {
            findings.pass("kafka", "The broker is embedded and starts with the task.");
            return null;
        }
        return orFail("kafka", findings, () -> {
            Brokers brokers =
                    BrokerProbe.ask(task.kafka(), task.precheckTimeout(), new TopicNames(task.name())::isOurs);
            findings.pass("kafka", "Kafka at " + task.kafka() + " responds.");
            return brokers;
        });
    }

    private Void registry(Findings findings) {
        if (task.registry().embedded()) {
            findings.pass("registry", "The registry is embedded and starts with the task.");
            return null;
        }
        return orFail("registry", findings, () -> {
            RegistryProbe.ask(task.registry(), task.precheckTimeout());
            findings.pass("registry", "The registry at " + task.registry() + " responds.");
            return null;
        });
    }

    private static <T> @Nullable T orFail(String object, Findings findings, Supplier<T> work) {
        try {
            return work.get();
        } catch (SyncException e) {
            findings.fail(object, e.what(), e.remedy());
            return null;
        }
    }

    private static Set<Server> reached(
            @Nullable Connection source, @Nullable Connection destination, @Nullable Brokers brokers) {
        Set<Server> reached = EnumSet.noneOf(Server.class);
        if (source != null) {
            reached.add(Server.SOURCE);
        }
        if (destination != null) {
            reached.add(Server.DESTINATION);
        }
        if (brokers != null) {
            reached.add(Server.KAFKA);
        }
        return reached;
    }
}
