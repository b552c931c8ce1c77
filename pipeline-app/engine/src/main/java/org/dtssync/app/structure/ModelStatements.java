package org.dtssync.app.structure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.StateMigrations;
import org.jgrapht.Graph;
import org.jgrapht.graph.DefaultEdge;
import org.jspecify.annotations.Nullable;
import org.pgcodekeeper.core.model.difftree.DbObjType;
import org.pgcodekeeper.core.model.graph.DepcyGraph;
import org.pgcodekeeper.core.schema.AbstractColumn;
import org.pgcodekeeper.core.schema.AbstractTable;
import org.pgcodekeeper.core.schema.IForeignTable;
import org.pgcodekeeper.core.schema.PgStatement;
import org.pgcodekeeper.core.schema.pg.MaterializedPgView;
import org.pgcodekeeper.core.schema.pg.PartitionPgTable;
import org.pgcodekeeper.core.schema.pg.PgDatabase;

/**
 * Selects what is migrated from pgCodeKeeper's model, in an order in which it can be created.
 *
 * <p>The rule: selected tables; everything else in the schemas that the selection touches, unless an exclude pattern matches;
 * whatever these need from other schemas; but nothing that needs a table that is not selected. Not thread-safe.
 */
final class ModelStatements {

    private static final Set<DbObjType> PARTS =
            Set.of(DbObjType.DATABASE, DbObjType.COLUMN, DbObjType.CONSTRAINT, DbObjType.INDEX);

    private final Graph<PgStatement, DefaultEdge> graph;
    private final ObjectSelection selection;
    private final CarriedTables tables;
    private final Set<TableName> sequences;
    private final Map<PgStatement, Boolean> possible = new HashMap<>();
    private final Set<PgStatement> ordered = new LinkedHashSet<>();
    private final Set<PgStatement> seen = new LinkedHashSet<>();

    /**
     * @param sequences those that belong to the task
     */
    ModelStatements(PgDatabase database, ObjectSelection selection, CarriedTables tables, Set<TableName> sequences) {
        this.graph = new DepcyGraph(database).getGraph();
        this.selection = selection;
        this.tables = tables;
        this.sequences = sequences;
    }

    /** Returns what is migrated, each after its dependencies. */
    List<PgStatement> inOrder() {
        graph.vertexSet().stream()
                .filter(statement -> !PARTS.contains(statement.getStatementType()))
                .filter(this::isAskedFor)
                .sorted(Comparator.<PgStatement, DbObjType>comparing(PgStatement::getStatementType)
                        .thenComparing(PgStatement::getQualifiedName))
                .forEach(this::add);
        return new ArrayList<>(ordered);
    }

    /** Returns all migrated objects that need one of these, and these. */
    Set<PgStatement> withDependents(Set<PgStatement> needed) {
        Set<PgStatement> found = new LinkedHashSet<>(needed);
        // A later object may need an earlier one, never vice versa.
        for (PgStatement statement : ordered) {
            if (needs(statement).stream().anyMatch(found::contains)) {
                found.add(statement);
            }
        }
        return found;
    }

    private boolean isAskedFor(PgStatement statement) {
        String schema = schemaOf(statement);
        if (schema == null) {
            return isCastOfCarriedTypes(statement);
        }
        if (schema.equals(StateMigrations.SCHEMA)) {
            return false;
        }
        if (statement instanceof AbstractTable) {
            return tables.contains(schema, statement.getBareName());
        }
        if (statement.getStatementType() == DbObjType.SCHEMA) {
            return selection.touchesSchema(schema);
        }
        if (statement.getStatementType() == DbObjType.SEQUENCE) {
            return sequences.contains(new TableName(schema, statement.getBareName()));
        }
        return selection.touchesSchema(schema)
                && !selection.excludes(schema, statement.getBareName())
                && isPossible(statement);
    }

    /** A cast has no schema: it is migrated if it needs something in a touched schema. */
    private boolean isCastOfCarriedTypes(PgStatement statement) {
        return statement.getStatementType() == DbObjType.CAST
                && isPossible(statement)
                && needs(statement).stream().anyMatch(this::isAskedFor);
    }

    private boolean isPossible(PgStatement statement) {
        if (statement instanceof AbstractTable) {
            return !(statement instanceof IForeignTable)
                    && tables.contains(schemaOf(statement), statement.getBareName());
        }
        Boolean known = possible.putIfAbsent(statement, true);
        if (known != null) {
            return known;
        }
        boolean result = needs(statement).stream().allMatch(this::isPossible);
        possible.put(statement, result);
        return result;
    }

    private void add(PgStatement statement) {
        if (!seen.add(statement)) {
            return;
        }
        for (PgStatement needed : needs(statement)) {
            if (!(needed instanceof AbstractTable) || isPossible(needed)) {
                add(needed);
            }
        }
        ordered.add(statement);
    }

    /** The dependencies of a statement; parts of tables and views count as the whole. */
    private Set<PgStatement> needs(PgStatement statement) {
        Set<PgStatement> needed = new LinkedHashSet<>();
        if (statement.getStatementType() == DbObjType.SEQUENCE) {
            // The table that owns a sequence uses it in a default, so it comes after the sequence.
            needed.add(statement.getParent());
        } else {
            addTargets(statement, needed);
            if (statement instanceof AbstractTable table) {
                for (AbstractColumn column : table.getColumns()) {
                    addTargets(column, needed);
                }
            }
        }
        needed.remove(statement);
        return needed;
    }

    private void addTargets(PgStatement source, Set<PgStatement> needed) {
        if (!graph.containsVertex(source)) {
            return;
        }
        for (DefaultEdge edge : graph.outgoingEdgesOf(source)) {
            PgStatement target = graph.getEdgeTarget(edge);
            if (target.getStatementType() == DbObjType.COLUMN) {
                needed.add(target.getParent());
            } else if (!PARTS.contains(target.getStatementType())) {
                needed.add(target);
            }
        }
    }

    /** Returns the schema's name, or null for objects that have none. */
    static @Nullable String schemaOf(PgStatement statement) {
        if (statement.getStatementType() == DbObjType.SCHEMA) {
            return statement.getBareName();
        }
        PgStatement parent = statement.getParent();
        return parent != null && parent.getStatementType() == DbObjType.SCHEMA ? parent.getBareName() : null;
    }

    /** Returns the kind of object that a statement creates, in our terms. */
    static String kindOf(PgStatement statement) {
        return statement instanceof MaterializedPgView
                ? "materialized-view"
                : statement
                        .getStatementType()
                        .getTypeName()
                        .toLowerCase(Locale.ROOT)
                        .replace(' ', '-');
    }

    /** Returns the name for people: unquoted, functions and operators with their argument types. */
    static String nameOf(PgStatement statement) {
        String schema = schemaOf(statement);
        return schema == null || statement.getStatementType() == DbObjType.SCHEMA
                ? statement.getName()
                : schema + "." + statement.getName();
    }

    /** Returns the table that a statement creates, if any, followed by the one that it becomes a partition of. */
    static List<TableName> tablesOf(PgStatement statement) {
        if (!(statement instanceof AbstractTable)) {
            return List.of();
        }
        List<TableName> tables = new ArrayList<>();
        tables.add(new TableName(
                Objects.requireNonNull(schemaOf(statement), "A table lies in a schema."), statement.getBareName()));
        if (statement instanceof PartitionPgTable partition) {
            partition.getInherits().forEach(parent -> tables.add(new TableName(parent.getKey(), parent.getValue())));
        }
        return tables;
    }
}
