package org.dtssync.app.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.testing.PgClient;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every CREATE command of the manual makes, with its main options, is the same at the destination by pg_dump's account. */
@ExtendWith(ServersExtension.class)
class CommandsOfTheManualTest {

    /** docs/structure.md says why. */
    private static final Pattern NEVER_MIGRATED = Pattern.compile(
            ".*; Type: (FOREIGN DATA WRAPPER|SERVER|USER MAPPING|FOREIGN TABLE|PUBLICATION( TABLE| TABLES IN SCHEMA)?); .*",
            Pattern.DOTALL);

    /** pg_dump prints a rule that a child has by inheritance as its own if the parent's is not valid. */
    private static final Set<String> OWN_BY_PG_DUMP =
            Set.of("table:cmd.t_not_null_child", "validation:cmd.t_not_null_child.b_given");

    /** Those that pg_dump does not print. */
    private static final String PRIVILEGES = """
            SELECT concat('function ', p.oid::regprocedure, ' ', ARRAY(SELECT a::text FROM unnest(p.proacl) a ORDER BY 1)) AS line
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname LIKE 'cmd%' AND p.proacl IS NOT NULL
            UNION ALL
            SELECT concat('type ', t.oid::regtype, ' ', ARRAY(SELECT a::text FROM unnest(t.typacl) a ORDER BY 1))
            FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname LIKE 'cmd%' AND t.typacl IS NOT NULL AND t.typtype <> 'm'
            ORDER BY line
            """;

    @ParameterizedTest(name = "{0} -> {1}, {2}")
    @CsvSource({
        "14, 17, builtin",
        "14, 17, pg_dump",
        "17, 18, builtin",
        "17, 18, pg_dump",
        "18, 18, builtin",
        "18, 18, pg_dump"
    })
    void whatTheyMakeIsTheSame(int from, int to, String reader, Servers servers) throws Exception {
        assumeTrue(PgClient.program("pg_dump").isPresent(), PgClient.MISSING);
        Move move = new Move(servers, from, to);
        List<String> refused = Move.tryAll(move.source, statements(from));
        assertThat(refused).isEmpty();
        if (reader.equals("pg_dump")) {
            move.readWithPgDump(Move.EVERYTHING);
        } else {
            move.read(Move.EVERYTHING);
        }

        move.make(Existing.FAIL);
        new LateObjects(move.destination, move.store, move.epoch).make();

        assertThat(move.store.list())
                .filteredOn(stored -> stored.state() == ObjectState.FAILED)
                .extracting(
                        stored -> stored.object().name() + ": " + stored.error().orElse(""))
                .isEmpty();
        Map<String, String> source = DumpText.of(move.source);
        Map<String, String> destination = DumpText.of(move.destination);
        if (from != to) {
            source = DumpText.ofAnyVersion(source);
            destination = DumpText.ofAnyVersion(destination);
        }
        assertThat(DumpText.differences(source, destination))
                .filteredOn(text -> !NEVER_MIGRATED.matcher(text).matches())
                .isEmpty();
        assertThat(Move.query(move.destination, PRIVILEGES)).isEqualTo(Move.query(move.source, PRIVILEGES));
        assertThat(new StructureComparison(move.source, move.destination, Move.EVERYTHING).differences())
                .filteredOn(name -> from < 18 || reader.equals("builtin") || !OWN_BY_PG_DUMP.contains(name))
                .isEmpty();
    }

    /** Returns the statements that a version has: a statement ends at a semicolon at the end of a line, outside a body. */
    private static List<String> statements(int version) throws Exception {
        List<String> statements = new ArrayList<>();
        int since = 0;
        StringBuilder statement = new StringBuilder();
        for (String line : Move.sql("commands.sql").lines().toList()) {
            if (line.matches("-- \\d\\d")) {
                since = Integer.parseInt(line.substring(3));
            } else if (since <= version && !line.startsWith("--")) {
                statement.append(line).append('\n');
                boolean isInside = statement.toString().contains("BEGIN ATOMIC") && !line.endsWith("END;");
                if (line.endsWith(";") && !isInside) {
                    statements.add(statement.toString());
                    statement.setLength(0);
                }
            }
        }
        return statements;
    }
}
