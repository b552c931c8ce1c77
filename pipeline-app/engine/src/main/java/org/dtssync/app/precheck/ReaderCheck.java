package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.Optional;
import org.dtssync.app.config.StructureSettings;
import org.dtssync.app.config.StructureSettings.Reader;
import org.dtssync.connectors.postgres.ClientEnvironment;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.PgDumpSearch;

/** What will read the schema objects of the source. */
final class ReaderCheck {

    private static final int VERSION_PARTS = 10_000;

    private ReaderCheck() {}

    static void reader(Ends ends, Findings findings) throws SQLException {
        StructureSettings settings = ends.task().structure();
        if (settings.reader() == Reader.BUILTIN) {
            findings.pass("builtin", "The built-in reader reads the schema objects, as the task file says.");
            return;
        }
        int version = ends.atSource("SHOW server_version_num")
                        .list(row -> Integer.parseInt(row.getString(1)))
                        .get(0)
                / VERSION_PARTS;
        PgDumpSearch.Outcome found = new PgDumpSearch().find(settings.pgDump(), version);
        Optional<String> obstacle = ClientEnvironment.of(new DatabaseConnections(
                        End.SOURCE, ends.task().source().database(), ends.task().applicationName()))
                .obstacle();
        String reason = obstacle.map(setting -> "pg_dump cannot use " + setting + " of the source.")
                .orElse(found.reason());
        if (found.program().isPresent() && obstacle.isEmpty()) {
            findings.pass("pg_dump", "pg_dump reads the schema objects: " + reason);
        } else if (settings.reader() == Reader.PG_DUMP) {
            findings.fail(
                    "pg_dump",
                    "The task file asks for pg_dump, which cannot be used: " + reason,
                    "Install one that is at least as new as the source, name it with structure.pg_dump, or use the built-in"
                            + " reader: structure: { reader: builtin }");
        } else {
            findings.pass("builtin", "The built-in reader reads the schema objects: " + reason);
        }
    }
}
