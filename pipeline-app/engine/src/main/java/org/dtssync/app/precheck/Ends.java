package org.dtssync.app.precheck;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.catalog.TableCatalog;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.inventory.Inventory;
import org.dtssync.app.inventory.Judgement;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.schemas.DdlMode;
import org.jspecify.annotations.Nullable;

/**
 * The input of the checks: the task file, one read-only session per database, the brokers' description. Facts that several
 * checks need are read once. Used by one thread.
 */
final class Ends {

    private final TaskFile task;
    private final @Nullable Connection source;
    private final @Nullable Connection destination;
    private final @Nullable Brokers brokers;
    private final Duration suspiciousAge;
    private final Supplier<List<StructureObject>> statements;
    private @Nullable Inventory inventory;
    private @Nullable List<CatalogTable> tables;
    private Optional<TaskProgress> progress = Optional.empty();
    private boolean progressRead;

    /**
     * Creates a view of the ends.
     *
     * @param task the task
     * @param source a session, or null if it could not be opened
     * @param destination a session, or null if it could not be opened
     * @param brokers the brokers' description, or null if they cannot be reached or are not started yet
     * @param suspiciousAge the age from which a transaction is reported
     * @param statements reads what the task would make at the destination
     */
    Ends(
            TaskFile task,
            @Nullable Connection source,
            @Nullable Connection destination,
            @Nullable Brokers brokers,
            Duration suspiciousAge,
            Supplier<List<StructureObject>> statements) {
        this.task = task;
        this.source = source;
        this.destination = destination;
        this.brokers = brokers;
        this.suspiciousAge = suspiciousAge;
        this.statements = statements;
    }

    TaskFile task() {
        return task;
    }

    Connection source() {
        return reached(source);
    }

    Connection destination() {
        return reached(destination);
    }

    Brokers brokers() {
        return reached(brokers);
    }

    /** A check runs only if the servers that it needs were reached. */
    private static <T> T reached(@Nullable T server) {
        return Objects.requireNonNull(server, "A check needs a server that was not reached, and does not say so.");
    }

    Duration suspiciousAge() {
        return suspiciousAge;
    }

    /** Queries the source. */
    Query atSource(String sql, Object... parameters) {
        return new Query(source(), sql, parameters);
    }

    /** Queries the destination. */
    Query atDestination(String sql, Object... parameters) {
        return new Query(destination(), sql, parameters);
    }

    /** Returns every table the selection matches, with all members of partition trees. */
    List<CatalogTable> tables() {
        if (tables == null) {
            tables = new TableCatalog(task.objects()).read(source());
        }
        return tables;
    }

    /** Returns the tables that would be captured, without their partitions. */
    List<CatalogTable> captured() {
        return tables().stream().filter(CatalogTable::isCaptured).toList();
    }

    /** Returns every object of the source, with what becomes of it. */
    Inventory inventory() throws SQLException {
        if (inventory == null) {
            inventory = Judgement.of(source(), task.objects(), statements.get());
        }
        return inventory;
    }

    /** Returns the progress of the task, empty if it has created nothing yet: the precheck itself creates nothing. */
    Optional<TaskProgress> progress() {
        if (!progressRead) {
            progress = store().task().filter(known -> known.phase().isAfter(Phase.PRECHECK));
            progressRead = true;
        }
        return progress;
    }

    private ProgressStore store() {
        return new ProgressStore(
                new DatabaseConnections(
                        End.DESTINATION, task.destination().database(), task.applicationName() + "_precheck"),
                task.name());
    }

    /** Returns what the task does about commands that change the structure, empty if that is not decided yet. */
    Optional<DdlMode> ddlMode() {
        return progress().filter(known -> known.phase().isAfter(Phase.PREPARE)).map(known -> store().ddlMode());
    }

    /** Returns the object identifiers of schemas whose objects the selection can match. */
    List<Long> schemas() throws SQLException {
        return atSource("""
                SELECT oid::bigint, nspname FROM pg_namespace
                WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'dts_sync') ORDER BY nspname COLLATE "C"
                """).list(row -> Map.entry(row.getLong(1), row.getString(2))).stream()
                .filter(schema -> task.objects().touchesSchema(schema.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }
}
