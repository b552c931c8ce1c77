package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.pgcodekeeper.core.model.difftree.DbObjType;
import org.pgcodekeeper.core.schema.PgStatement;
import org.pgcodekeeper.core.schema.pg.AbstractPgView;
import org.pgcodekeeper.core.settings.CoreSettings;

/** Puts what pgCodeKeeper writes out and what PostgreSQL prints into one order. Used for one reading, by one thread. */
final class StructureAssembly {

    private final Connection connection;
    private final ModelPrinter printer;
    private final CarriedTables tables;
    private final ModelStatements model;
    private final List<PgStatement> carried;
    private final Owners owners;
    private final List<StructureObject> objects = new ArrayList<>();

    StructureAssembly(
            Connection connection, CoreSettings settings, CarriedTables tables, ModelStatements model, Owners owners)
            throws SQLException {
        this.connection = connection;
        this.printer = new ModelPrinter(
                settings, InheritedTables.read(connection, tables.oids().values()));
        this.tables = tables;
        this.model = model;
        this.carried = model.inOrder();
        this.owners = owners;
    }

    /** Returns all objects, those of a section in the order in which they can be made. */
    List<StructureObject> objects() throws SQLException {
        CatalogQueries queries = new CatalogQueries(connection, relations(), schemas(), owners);
        List<StructureObject> keys = new ArrayList<>(queries.ofRelations(KeyQueries.CONSTRAINTS));
        keys.addAll(queries.ofRelations(KeyQueries.PLAIN_INDEXES));
        keys.addAll(queries.ofRelations(KeyQueries.ATTACHED_INDEXES));
        Map<PgStatement, Section> grouping = viewsWithKeys(keys);
        Set<PgStatement> afterKeys = model.withDependents(grouping.keySet());
        Set<PgStatement> afterLoad = model.withDependents(grouping.entrySet().stream()
                .filter(view -> view.getValue() == Section.POST_DATA)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet()));

        addModel(Section.PRE_DATA, StructureAssembly::isSchema);
        objects.addAll(queries.ofDatabase(DatabaseQueries.EXTENSIONS));
        addModel(Section.PRE_DATA, statement -> !isSchema(statement) && !afterKeys.contains(statement));
        objects.addAll(queries.ofSchemas(DatabaseQueries.OPERATOR_CLASSES));
        objects.addAll(queries.ofRelations(TableQueries.OWNED_SEQUENCES));
        objects.addAll(withStatement(queries.ofRelations(TableQueries.IDENTITY_SEQUENCES)));
        objects.addAll(keys);
        objects.addAll(queries.ofRelations(KeyQueries.REPLICA_IDENTITIES));
        addModel(Section.KEYS, statement -> afterKeys.contains(statement) && !afterLoad.contains(statement));
        addModel(Section.POST_DATA, afterLoad::contains);
        addPostData(queries);
        return objects;
    }

    private static List<StructureObject> withStatement(List<StructureObject> objects) {
        return objects.stream().filter(object -> !object.statement().isEmpty()).toList();
    }

    private void addPostData(CatalogQueries queries) throws SQLException {
        objects.addAll(queries.ofRelations(KeyQueries.CHECKS));
        objects.addAll(queries.ofRelations(KeyQueries.FOREIGN_KEYS));
        objects.addAll(queries.ofRelations(KeyQueries.CLUSTER_MARKS));
        objects.addAll(queries.ofRelations(TableQueries.STATISTICS));
        objects.addAll(queries.ofRelations(TableQueries.RULES));
        objects.addAll(queries.ofRelations(TableQueries.TRIGGERS));
        objects.addAll(queries.ofRelations(TableQueries.TRIGGER_STATES));
        objects.addAll(queries.ofRelations(TableQueries.POLICIES));
        objects.addAll(queries.ofRelations(TableQueries.ROW_SECURITY));
        objects.addAll(queries.ofSchemas(DatabaseQueries.EVENT_TRIGGERS));
        if (owners == Owners.KEEP) {
            objects.addAll(queries.ofSchemas(DatabaseQueries.DEFAULT_PRIVILEGES));
        }
    }

    private void addModel(Section section, Predicate<PgStatement> chosen) {
        for (PgStatement statement : carried) {
            if (chosen.test(statement)) {
                String kind = ModelStatements.kindOf(statement);
                objects.add(new StructureObject(
                        0,
                        kind + ":" + ModelStatements.nameOf(statement),
                        kind,
                        section,
                        ModelStatements.tablesOf(statement),
                        printer.print(statement)));
            }
        }
    }

    /** Views that group by a key, and when that key is made. */
    private Map<PgStatement, Section> viewsWithKeys(List<StructureObject> keys) throws SQLException {
        Map<String, Section> sections = new HashMap<>();
        keys.forEach(key -> sections.put(key.name().substring(key.name().indexOf(':') + 1), key.section()));
        Map<String, PgStatement> views = new HashMap<>();
        carried.stream()
                .filter(AbstractPgView.class::isInstance)
                .forEach(view -> views.put(ModelStatements.nameOf(view), view));
        Map<PgStatement, Section> found = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(DatabaseQueries.VIEWS_WITH_KEYS)) {
            while (rows.next()) {
                PgStatement view = views.get(rows.getString(1));
                if (view != null) {
                    Section section = sections.getOrDefault(rows.getString(2), Section.POST_DATA);
                    found.merge(view, section, (a, b) -> a.compareTo(b) > 0 ? a : b);
                }
            }
        }
        return found;
    }

    private static boolean isSchema(PgStatement statement) {
        return statement.getStatementType() == DbObjType.SCHEMA;
    }

    private List<String> schemas() {
        return carried.stream()
                .filter(StructureAssembly::isSchema)
                .map(PgStatement::getBareName)
                .toList();
    }

    /** Tables and views: both can have rules and triggers, materialized views have indexes. */
    private List<Long> relations() throws SQLException {
        Set<String> views = carried.stream()
                .filter(AbstractPgView.class::isInstance)
                .map(ModelStatements::nameOf)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<Long> oids = new ArrayList<>(tables.oids().values());
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT c.oid::bigint, n.nspname || '.' || c.relname
                        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm')
                        """)) {
            while (rows.next()) {
                if (views.contains(rows.getString(2))) {
                    oids.add(rows.getLong(1));
                }
            }
        }
        return oids;
    }
}
