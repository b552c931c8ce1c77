package org.dtssync.app.moving;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(ServersExtension.class)
class SequenceCopyTest {

    private Sql from;
    private Sql to;

    @BeforeEach
    void makeDatabases(Servers servers) throws SQLException {
        from = new Sql(servers.freshDatabase(14));
        to = new Sql(servers.freshDatabase(17));
    }

    @ParameterizedTest(name = "{0}: from {1}, {2} to {3}, {4} gives {5}")
    @CsvSource({
        "INCREMENT 1,                                100, t,    5, t,  101",
        "INCREMENT 1,                                100, t,  500, t,  501",
        "INCREMENT 1,                                100, t,  100, f,  101",
        "INCREMENT 1,                                100, f,  100, t,  101",
        "INCREMENT 1,                                100, f,    1, f,  100",
        "INCREMENT 10,                               100, t,  104, t,  114",
        "INCREMENT -1 MINVALUE -1000 MAXVALUE 1000, -100, t,   -5, t, -101",
        "INCREMENT -1 MINVALUE -1000 MAXVALUE 1000, -100, t, -500, t, -501",
        "INCREMENT -1 MINVALUE -1000 MAXVALUE 1000,    7, f,    8, t,    7",
        "INCREMENT 1 MAXVALUE 9 CYCLE,                 9, t,    3, t,    1",
        "INCREMENT 1 MAXVALUE 9 CYCLE,                 2, t,    8, t,    3",
    })
    void goesOnWhereTheFurtherOneIs(String kind, long last, String called, long there, String thereCalled, long next)
            throws SQLException {
        from.execute(
                "CREATE SEQUENCE public.s " + kind + "; SELECT setval('public.s', " + last + ", '" + called + "')");
        to.execute("CREATE SEQUENCE public.s MINVALUE -100000 START 1; SELECT setval('public.s', " + there + ", '"
                + thereCalled + "')");
        if (kind.startsWith("INCREMENT -")) {
            to.execute("ALTER SEQUENCE public.s INCREMENT -1 MAXVALUE 100000");
        }

        int count = new SequenceCopy(
                        from.connections(End.SOURCE),
                        to.connections(End.DESTINATION),
                        new ObjectSelection(List.of("public.*"), List.of(), ObjectSelection.Owners.KEEP))
                .run(null);

        assertThat(count).isEqualTo(1);
        assertThat(to.query("SELECT nextval('public.s')")).isEqualTo(Long.toString(next));
        String definition = "SELECT format('%s %s %s %s', seqincrement, seqmin, seqmax, seqcycle) FROM pg_sequence";
        assertThat(to.query(definition)).isEqualTo(from.query(definition));
    }
}
