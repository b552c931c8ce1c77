package org.dtssync.app.structure;

import static org.dtssync.app.structure.ObjectAddress.CONSTRAINT;
import static org.dtssync.app.structure.ObjectAddress.DEFAULT;
import static org.dtssync.app.structure.ObjectAddress.RELATION;
import static org.dtssync.app.structure.ObjectAddress.ROUTINE;
import static org.dtssync.app.structure.ObjectAddress.TYPE;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.structure.PrintedObject.Stage;
import org.dtssync.connectors.postgres.TableName;

/** Selects what is migrated, has it printed, and puts it in order. Used for one reading, by one thread. */
final class StructureAssembly {

    private final Connection connection;
    private final ObjectSelection selection;
    private final CatalogQueries queries;
    private final Map<ObjectAddress, CatalogObject> objects;
    private final Dependencies dependencies;
    private final List<PrintedObject> printed = new ArrayList<>();

    StructureAssembly(Connection connection, ObjectSelection selection, Set<TableName> sequences) throws SQLException {
        this.connection = connection;
        this.selection = selection;
        this.queries = new CatalogQueries(connection, selection.owners());
        Map<ObjectAddress, CatalogObject> all = CatalogObjects.read(connection);
        this.dependencies = Dependencies.read(connection, all.keySet());
        this.objects = CarriedObjects.select(
                all, dependencies, selection, CarriedTables.read(connection, selection), sequences);
    }

    /** Returns all statements in the order in which they can be run. */
    List<PrintedObject> printed() throws SQLException {
        List<PrintedObject> later = new ArrayList<>(keys());
        List<PrintedObject> last = postData();
        later.addAll(last);
        CreationPlan plan = CreationPlan.of(connection, objects, dependencies, later);
        addObjects(plan);
        printed.replaceAll(this::named);
        printed.addAll(later);
        printed.replaceAll(object ->
                object.stage() == Stage.CREATION && plan.isReplaced(object.address()) ? object.replacing() : object);
        return plan.inOrder(printed);
    }

    /** In the name, types are printed the same whatever the statement quotes; routines of one name are in the order of these. */
    private PrintedObject named(PrintedObject object) {
        CatalogObject known = objects.get(object.address());
        return object.name().isEmpty() && known != null ? object.named(known.title()) : object;
    }

    private void addObjects(CreationPlan plan) throws SQLException {
        List<Long> constraints = plan.apart(CONSTRAINT);
        List<Long> defaults = plan.apart(DEFAULT);
        printed.addAll(queries.objects(DatabaseQueries.SCHEMAS, oids("schema")));
        printed.addAll(queries.parts(DatabaseQueries.EXTENSIONS, oids("extension")));
        printed.addAll(queries.objects(LanguageQueries.LANGUAGES, oids("language")));
        printed.addAll(queries.objects(LanguageQueries.ACCESS_METHODS, oids("access-method")));
        printed.addAll(queries.placeholders(TypeQueries.SHELLS, plan.placeholders(TYPE)));
        printed.addAll(queries.objects(TypeQueries.COLLATIONS, oids("collation")));
        printed.addAll(queries.objects(TypeQueries.TYPES, oids("type")));
        printed.addAll(queries.objectsWithout(TypeQueries.DOMAINS, oids("domain"), constraints));
        printed.addAll(queries.parts(TypeQueries.DOMAIN_CONSTRAINTS, constraints));
        printed.addAll(queries.changes(TypeQueries.DOMAIN_VALIDATIONS, constraints));
        printed.addAll(queries.placeholders(RoutineQueries.PLACEHOLDERS, plan.placeholders(ROUTINE)));
        printed.addAll(queries.objects(RoutineQueries.FUNCTIONS, oids("function", "procedure")));
        printed.addAll(queries.objects(RoutineQueries.AGGREGATES, oids("aggregate")));
        printed.addAll(queries.objects(RoutineQueries.OPERATORS, oids("operator")));
        printed.addAll(queries.objects(RoutineQueries.CASTS, oids("cast")));
        printed.addAll(queries.objects(LanguageQueries.CONVERSIONS, oids("conversion")));
        printed.addAll(queries.objects(LanguageQueries.TRANSFORMS, oids("transform")));
        printed.addAll(queries.parts(DatabaseQueries.OPERATOR_CLASSES, oids("operator-family", "operator-class")));
        printed.addAll(queries.objects(TextSearchQueries.PARSERS, oids("text-search-parser")));
        printed.addAll(queries.objects(TextSearchQueries.TEMPLATES, oids("text-search-template")));
        printed.addAll(queries.objects(TextSearchQueries.DICTIONARIES, oids("text-search-dictionary")));
        printed.addAll(queries.objects(TextSearchQueries.CONFIGURATIONS, oids("text-search-configuration")));
        printed.addAll(queries.objects(RelationQueries.SEQUENCES, oids("sequence")));
        printed.addAll(queries.objectsWithout(RelationQueries.TABLES, oids("table"), defaults));
        printed.addAll(queries.parts(RelationQueries.DEFAULTS, defaults));
        printed.addAll(queries.changes(TableQueries.OWNED_SEQUENCES, oids("table")));
        printed.addAll(queries.changes(TableQueries.IDENTITY_SEQUENCES, oids("table")).stream()
                .filter(object -> !object.statement().isEmpty())
                .toList());
        printed.addAll(queries.placeholders(RelationQueries.VIEW_PLACEHOLDERS, plan.placeholders(RELATION)));
        printed.addAll(queries.objects(RelationQueries.VIEWS, oids("view")));
        printed.addAll(queries.objects(RelationQueries.MATERIALIZED_VIEWS, oids("materialized-view")));
    }

    private List<PrintedObject> keys() throws SQLException {
        List<Long> relations = relations();
        List<PrintedObject> keys = new ArrayList<>(carried(queries.parts(KeyQueries.CONSTRAINTS, relations)));
        keys.addAll(carried(queries.parts(KeyQueries.PLAIN_INDEXES, relations)));
        keys.addAll(queries.changes(KeyQueries.ATTACHED_INDEXES, relations));
        keys.addAll(queries.changes(KeyQueries.REPLICA_IDENTITIES, relations));
        return keys;
    }

    private List<PrintedObject> postData() throws SQLException {
        List<Long> relations = relations();
        List<PrintedObject> last = new ArrayList<>(carried(queries.parts(KeyQueries.CHECKS, relations)));
        last.addAll(queries.changes(KeyQueries.VALIDATIONS, relations));
        last.addAll(queries.changes(TableQueries.CONSTRAINT_COMMENTS, relations));
        last.addAll(carried(queries.parts(KeyQueries.FOREIGN_KEYS, relations)));
        last.addAll(queries.changes(KeyQueries.CLUSTER_MARKS, relations));
        last.addAll(carried(queries.parts(TableQueries.STATISTICS, relations)));
        last.addAll(carried(queries.parts(TableQueries.RULES, relations)));
        last.addAll(carried(queries.parts(TableQueries.TRIGGERS, relations)));
        last.addAll(queries.changes(TableQueries.TRIGGER_STATES, relations));
        last.addAll(carried(queries.parts(TableQueries.POLICIES, relations)));
        last.addAll(queries.changes(TableQueries.ROW_SECURITY, relations));
        last.addAll(queries.parts(DatabaseQueries.EVENT_TRIGGERS, oids("event-trigger")));
        last.addAll(carried(queries.changes(DatabaseQueries.EXTENSION_DEPENDENCIES, oids("extension"))));
        last.addAll(queries.changes(TableQueries.REFRESHES, oids("materialized-view")));
        last.addAll(queries.changes(DatabaseQueries.EVENT_TRIGGER_STATES, oids("event-trigger")));
        if (selection.owners() == Owners.KEEP) {
            last.addAll(queries.ofSchemas(DatabaseQueries.DEFAULT_PRIVILEGES, schemas()));
        }
        return last;
    }

    private List<PrintedObject> carried(List<PrintedObject> parts) {
        return parts.stream()
                .filter(part -> objects.containsKey(part.address()))
                .toList();
    }

    private List<Long> oids(String... kinds) {
        Set<String> wanted = Set.of(kinds);
        return objects.values().stream()
                .filter(object -> wanted.contains(object.kind()))
                .map(object -> object.address().oid())
                .toList();
    }

    /** Tables and views: both can have rules and triggers, materialized views have indexes. */
    private List<Long> relations() {
        return oids("table", "view", "materialized-view");
    }

    private List<String> schemas() {
        return objects.values().stream()
                .filter(object -> object.kind().equals("schema"))
                .map(CatalogObject::name)
                .toList();
    }
}
