package org.dtssync.app.structure;

import org.dtssync.connectors.postgres.Identifiers;
import org.pgcodekeeper.core.schema.AbstractColumn;
import org.pgcodekeeper.core.schema.PgStatement;
import org.pgcodekeeper.core.schema.pg.AbstractPgTable;
import org.pgcodekeeper.core.schema.pg.AbstractRegularTable;
import org.pgcodekeeper.core.schema.pg.MaterializedPgView;
import org.pgcodekeeper.core.schema.pg.PgColumn;
import org.pgcodekeeper.core.schema.pg.PgSchema;
import org.pgcodekeeper.core.schema.pg.PgSequence;
import org.pgcodekeeper.core.script.SQLScript;
import org.pgcodekeeper.core.settings.ISettings;

/** Writes an object of pgCodeKeeper's model as SQL, without what belongs to post-data or to the source's machine. */
final class ModelPrinter {

    private final ISettings settings;

    ModelPrinter(ISettings settings) {
        this.settings = settings;
    }

    /** Returns the statements that make the object; changes the object. */
    String print(PgStatement statement) {
        if (statement instanceof PgSchema schema) {
            return schema(schema);
        }
        if (statement instanceof AbstractRegularTable table) {
            table.setRowSecurity(false);
            table.setForceSecurity(false);
            table.setTablespace(null);
            inheritedGeneratedColumns(table);
        } else if (statement instanceof MaterializedPgView view) {
            view.setIsWithData(false);
            view.setTablespace(null);
        } else if (statement instanceof PgSequence sequence) {
            // Set after the table is made.
            sequence.setOwnedBy(null);
        }
        SQLScript script = new SQLScript(settings);
        statement.getCreationSQL(script);
        return script.getFullScript();
    }

    /** A schema may exist already, since every database has public and extensions make theirs. */
    private String schema(PgSchema schema) {
        SQLScript script = new SQLScript(settings);
        schema.getCreationSQL(script);
        String sql = script.getFullScript();
        return "CREATE SCHEMA IF NOT EXISTS " + Identifiers.quote(schema.getBareName())
                + sql.substring(sql.indexOf(';'));
    }

    /** A generated column that is inherited brings its expression along, and refuses to be given a default. */
    private static void inheritedGeneratedColumns(AbstractPgTable table) {
        for (AbstractColumn column : table.getColumns()) {
            if (column instanceof PgColumn inherited && inherited.isInherit() && inherited.isGenerated()) {
                inherited.setDefaultValue(null);
            }
        }
    }
}
