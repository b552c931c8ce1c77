package org.dtssync.app.structure;

import java.util.Optional;
import org.dtssync.app.structure.InheritedTables.Inherited;
import org.dtssync.connectors.postgres.Identifiers;
import org.pgcodekeeper.core.schema.AbstractColumn;
import org.pgcodekeeper.core.schema.PgPrivilege;
import org.pgcodekeeper.core.schema.PgStatement;
import org.pgcodekeeper.core.schema.pg.AbstractPgTable;
import org.pgcodekeeper.core.schema.pg.AbstractRegularTable;
import org.pgcodekeeper.core.schema.pg.MaterializedPgView;
import org.pgcodekeeper.core.schema.pg.PgColumn;
import org.pgcodekeeper.core.schema.pg.PgSchema;
import org.pgcodekeeper.core.schema.pg.PgSequence;
import org.pgcodekeeper.core.script.SQLScript;
import org.pgcodekeeper.core.settings.ISettings;

/**
 * Writes an object of pgCodeKeeper's model as SQL, without what belongs to post-data or to the source's machine.
 *
 * <p>Not thread-safe; changes the objects it is given.
 */
final class ModelPrinter {

    private final ISettings settings;
    private final InheritedTables inheritedTables;

    ModelPrinter(ISettings settings, InheritedTables inheritedTables) {
        this.settings = settings;
        this.inheritedTables = inheritedTables;
    }

    /** Returns the statements that make the object. */
    String print(PgStatement statement) {
        if (statement instanceof PgSchema schema) {
            return schema(schema);
        }
        if (statement instanceof AbstractRegularTable table) {
            return table(table);
        }
        if (statement instanceof MaterializedPgView view) {
            view.setIsWithData(false);
            view.setTablespace(null);
        } else if (statement instanceof PgSequence sequence) {
            // Set once the table is made.
            sequence.setOwnedBy(null);
        }
        return creation(statement);
    }

    private String creation(PgStatement statement) {
        SQLScript script = new SQLScript(settings);
        statement.getCreationSQL(script);
        return withoutEnd(script.getFullScript());
    }

    /**
     * A schema may exist already, since every database has public and extensions make theirs. What everybody may do in public
     * depends on the server's version, so it is taken away before it is granted.
     */
    private String schema(PgSchema schema) {
        String sql = creation(schema);
        int end = sql.indexOf(";\n");
        boolean granted = schema.getBareName().equals("public") && !settings.isIgnorePrivileges();
        return "CREATE SCHEMA IF NOT EXISTS " + Identifiers.quote(schema.getBareName())
                + (granted ? ";\n\nREVOKE ALL ON SCHEMA public FROM PUBLIC" : "")
                + (end < 0 ? "" : sql.substring(end));
    }

    private String table(AbstractRegularTable table) {
        table.setRowSecurity(false);
        table.setForceSecurity(false);
        table.setTablespace(null);
        Optional<Inherited> inherited =
                inheritedTables.of(ModelStatements.tablesOf(table).get(0));
        if (inherited.isEmpty()) {
            return creation(table);
        }
        String grants = settings.isIgnorePrivileges() ? "" : inherited.get().grants();
        if (inherited.get().standalone().isEmpty()) {
            withoutInheritedExpressions(table);
            return creation(table) + inherited.get().changes() + grants;
        }
        SQLScript script = new SQLScript(settings);
        script.addStatement(inherited.get().standalone().get());
        table.appendOwnerSQL(script);
        PgPrivilege.appendPrivileges(table.getPrivileges(), script);
        table.appendComments(script);
        return withoutEnd(script.getFullScript()) + grants;
    }

    /** A generated column that is inherited brings its expression along, and refuses to be given a default. */
    private static void withoutInheritedExpressions(AbstractPgTable table) {
        for (AbstractColumn column : table.getColumns()) {
            if (column instanceof PgColumn inherited && inherited.isInherit() && inherited.isGenerated()) {
                inherited.setDefaultValue(null);
            }
        }
    }

    private static String withoutEnd(String sql) {
        return sql.endsWith(";") ? sql.substring(0, sql.length() - 1) : sql;
    }
}
