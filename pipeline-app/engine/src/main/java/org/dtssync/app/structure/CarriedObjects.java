package org.dtssync.app.structure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.StateMigrations;

/**
 * Selects what is migrated.
 *
 * <p>The rule: selected tables with all that belongs to them; everything else in the schemas that the selection touches; whatever
 * these need from other schemas; but nothing that needs a table that is not selected. A pattern with a wildcard is meant for
 * tables and views: other objects are excluded by their full name only. Not thread-safe.
 */
final class CarriedObjects {

    private final Map<ObjectAddress, CatalogObject> all;
    private final Dependencies dependencies;
    private final ObjectSelection selection;
    private final Set<Long> tables;
    private final Set<TableName> sequences;
    private final Map<ObjectAddress, Boolean> possible = new HashMap<>();
    private final Map<ObjectAddress, CatalogObject> carried = new LinkedHashMap<>();

    private CarriedObjects(
            Map<ObjectAddress, CatalogObject> all,
            Dependencies dependencies,
            ObjectSelection selection,
            CarriedTables tables,
            Set<TableName> sequences) {
        this.all = all;
        this.dependencies = dependencies;
        this.selection = selection;
        this.tables = Set.copyOf(tables.oids().values());
        this.sequences = sequences;
    }

    /** Selects from all objects of a database. */
    static Map<ObjectAddress, CatalogObject> select(
            Map<ObjectAddress, CatalogObject> all,
            Dependencies dependencies,
            ObjectSelection selection,
            CarriedTables tables,
            Set<TableName> sequences) {
        CarriedObjects objects = new CarriedObjects(all, dependencies, selection, tables, sequences);
        all.values().stream().filter(objects::isAskedFor).forEach(objects::add);
        // Parts of relations that are only needed come along as well.
        Set<Long> relations = new LinkedHashSet<>();
        objects.carried.values().stream()
                .filter(CatalogObject::isRelation)
                .forEach(object -> relations.add(object.address().oid()));
        List<CatalogObject> parts = all.values().stream()
                .filter(object -> object.relation() != 0 && relations.contains(object.relation()))
                .filter(objects::isPossible)
                .toList();
        parts.forEach(objects::add);
        return objects.carried;
    }

    private boolean isAskedFor(CatalogObject object) {
        if (object.relation() != 0) {
            return false;
        }
        if (object.isTable()) {
            return tables.contains(object.address().oid());
        }
        return switch (object.kind()) {
            case "extension" -> true;
            case "schema" -> selection.touchesSchema(object.name());
            case "access-method", "cast", "event-trigger", "language", "transform" ->
                isPossible(object) && needs(object).stream().allMatch(this::isAskedFor);
            case "sequence" -> sequences.contains(new TableName(object.schema().orElse(""), object.name()));
            default -> isInTouchedSchema(object) && !isExcluded(object) && isPossible(object);
        };
    }

    private boolean isInTouchedSchema(CatalogObject object) {
        String schema = object.schema().orElse("");
        return !schema.equals(StateMigrations.SCHEMA) && selection.touchesSchema(schema);
    }

    private boolean isExcluded(CatalogObject object) {
        String schema = object.schema().orElse("");
        return object.isRelation()
                ? selection.excludes(schema, object.name())
                : selection.exclude().contains(schema + "." + object.name());
    }

    private List<CatalogObject> needs(CatalogObject object) {
        List<CatalogObject> needed = new ArrayList<>();
        for (Dependencies.Need need : dependencies.needs(object.address())) {
            CatalogObject on = all.get(need.on());
            if (on != null) {
                needed.add(on);
            }
        }
        return needed;
    }

    /** Returns whether everything it needs can be migrated. Selected tables are, whatever they need. */
    private boolean isPossible(CatalogObject object) {
        if (object.isTable()) {
            return tables.contains(object.address().oid());
        }
        Boolean known = possible.putIfAbsent(object.address(), true);
        if (known != null) {
            return known;
        }
        boolean result = needs(object).stream().allMatch(this::isPossible);
        possible.put(object.address(), result);
        return result;
    }

    private void add(CatalogObject object) {
        if (carried.putIfAbsent(object.address(), object) != null) {
            return;
        }
        needs(object).stream().filter(this::isPossible).forEach(this::add);
    }
}
