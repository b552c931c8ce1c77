package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Schemas, tables and columns may have any name: each is carried by the load and by the stream, to the table of just that name. */
@ExtendWith(ServersExtension.class)
class AwkwardNamesTest {

    private static final List<String> SCHEMAS = List.of("public", "\"S\"", "a.b c", "INFORMATION_SCHEMA");

    /** Some differ only in what a parser of names could take off. */
    private static final List<String> TABLES = List.of(
            "dq",
            "\"dq\"",
            "\"half",
            "half\"",
            "it''s",
            "it's",
            "'it's'",
            "`tick`",
            "tick``tick",
            "a.b",
            "a b",
            " a b ",
            "back\\slash",
            "Größe, 大",
            "UPPER",
            "_x0041_",
            "transaction",
            "spatial_ref_sys");

    private static final List<String> COLUMNS = List.of(
            "\"id\"",
            "\"\"two\"\"",
            "'q'",
            "`b`",
            "\"open",
            "shut\"",
            "a.b",
            "a b",
            "back\\slash",
            "Größe, 大",
            "UPPER",
            "mirror_of",
            "_x0041_");

    @Test
    void anyNameIsCarriedByTheLoadAndTheStream(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        Scripts scripts = new Scripts(source);
        scripts.execute(statements(AwkwardNamesTest::structure));
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .objects(new ObjectSelection(List.of("*.*"), List.of(), ObjectSelection.Owners.KEEP))
                .build();
        run(task, RunGoal.CAUGHT_UP);

        scripts.execute(statements(AwkwardNamesTest::changes));
        Optional<VerifyReport> report = run(task, RunGoal.VERIFIED);

        assertThat(TableTexts.differences(source, destination)).isEmpty();
        assertThat(report)
                .get()
                .satisfies(found -> assertThat(found.differences()).isEmpty());
        new Release(task).run(true);
    }

    private interface TableStatements {
        List<String> of(TableName table);
    }

    private static String statements(TableStatements statements) {
        List<String> all = new ArrayList<>();
        for (String schema : SCHEMAS) {
            // In each but the first a few are enough: names of schemas go the same ways.
            for (String table : schema.equals("public") ? TABLES : TABLES.subList(0, 4)) {
                all.addAll(statements.of(new TableName(schema, table)));
            }
        }
        return String.join(";\n", all);
    }

    /** The first two columns are the key: one of the names that come apart most easily is in it. */
    private static List<String> structure(TableName table) {
        List<String> columns = new ArrayList<>();
        COLUMNS.forEach(column -> columns.add(Identifiers.quote(column) + " text"));
        String sql = table.sql();
        return List.of(
                "CREATE SCHEMA IF NOT EXISTS " + Identifiers.quote(table.schema()),
                "CREATE TABLE " + sql + " (" + String.join(", ", columns) + ", PRIMARY KEY ("
                        + Identifiers.quote(COLUMNS.get(0)) + ", " + Identifiers.quote(COLUMNS.get(1)) + "))",
                insert(table, "loaded"),
                insert(table, "removed"),
                insert(table, "moved"));
    }

    private static List<String> changes(TableName table) {
        String sql = table.sql();
        String key = Identifiers.quote(COLUMNS.get(0));
        List<String> set = new ArrayList<>();
        COLUMNS.subList(2, COLUMNS.size())
                .forEach(
                        column -> set.add(Identifiers.quote(column) + " = 'changed ' || " + Identifiers.quote(column)));
        return List.of(
                insert(table, "streamed"),
                "UPDATE " + sql + " SET " + String.join(", ", set) + " WHERE " + key + " = 'loaded'",
                "UPDATE " + sql + " SET " + key + " = 'arrived' WHERE " + key + " = 'moved'",
                "DELETE FROM " + sql + " WHERE " + key + " = 'removed'");
    }

    /** Each value says where it belongs. */
    private static String insert(TableName table, String key) {
        List<String> values = new ArrayList<>();
        COLUMNS.subList(1, COLUMNS.size())
                .forEach(column -> values.add(
                        Identifiers.literal(key + " " + table.schema() + "/" + table.table() + "/" + column)));
        return "INSERT INTO " + table.sql() + " VALUES (" + Identifiers.literal(key) + ", " + String.join(", ", values)
                + ")";
    }

    private static Optional<VerifyReport> run(TaskFile task, RunGoal goal) throws InterruptedException {
        return new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(goal));
    }
}
