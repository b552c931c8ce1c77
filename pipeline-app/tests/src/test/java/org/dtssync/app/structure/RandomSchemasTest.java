package org.dtssync.app.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.generator.RandomSchema;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.testing.PgClient;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schemas that a seed makes, with many kinds of objects that need each other, are the same at the destination. */
@ExtendWith(ServersExtension.class)
class RandomSchemasTest {

    @ParameterizedTest(name = "{0} -> {1}, {2}, seeds {3} to {4}")
    @CsvSource({
        "18, 18, builtin, 1, 8",
        "18, 18, pg_dump, 100, 107",
        "14, 17, builtin, 200, 207",
        "14, 17, pg_dump, 208, 215",
        "17, 18, builtin, 108, 115",
        "17, 18, pg_dump, 216, 223"
    })
    void theyAreTheSame(int from, int to, String reader, int first, int last, Servers servers) throws Exception {
        assumeTrue(PgClient.program("pg_dump").isPresent(), PgClient.MISSING);
        Move move = new Move(servers, from, to);
        List<String> statements = new ArrayList<>();
        for (int seed = first; seed <= last; seed++) {
            statements.addAll(RandomSchema.of(seed, from, 8, true).statements());
        }
        statements.removeIf(String::isEmpty);
        List<String> refused = Move.tryAll(move.source, statements);
        if (reader.equals("pg_dump")) {
            move.readWithPgDump(Move.EVERYTHING);
        } else {
            move.read(Move.EVERYTHING);
        }

        move.make(Existing.FAIL);
        new LateObjects(move.destination, move.store, move.epoch).make();

        assertThat(refused).hasSizeLessThan(statements.size() / 20);
        assertThat(move.inState(ObjectState.FAILED)).isEmpty();
        Map<String, String> source = DumpText.of(move.source);
        Map<String, String> destination = DumpText.of(move.destination);
        if (from != to || reader.equals("pg_dump")) {
            source = DumpText.ofAnyVersion(source);
            destination = DumpText.ofAnyVersion(destination);
        }
        assertThat(DumpText.differences(source, destination)).isEmpty();
        assertThat(new StructureComparison(move.source, move.destination, Move.EVERYTHING).differences())
                .isEmpty();
    }
}
