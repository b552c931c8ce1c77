package org.dtssync.app.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dtssync.app.sequences.SequenceFinding;
import org.dtssync.app.verify.Difference;
import org.dtssync.app.verify.TableResult;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;

/** What people and programs read. */
class VerifyReportTest {

    private final TableName orders = new TableName("public", "orders");

    private final VerifyReport report = new VerifyReport(
            Lsn.parse("16/B374D848"),
            List.of(
                    new TableResult(orders, 12345, 3, false, 1, 0, 1),
                    new TableResult(new TableName("sales", "x"), 7, 1, true, 0, 0, 0)),
            List.of(
                    new Difference(orders, "(1,\"a b\")", Difference.Kind.MISSING, List.of()),
                    new Difference(orders, "(2,c)", Difference.Kind.CHANGED, List.of("price", "Not\"e"))));

    @Test
    void jsonIsAsTheContractSays() {
        assertThat(new VerificationReport(report).json())
                .isEqualTo("{\"lsn\":\"16/B374D848\",\"tables\":["
                        + "{\"schema\":\"public\",\"table\":\"orders\",\"rows\":12345,\"equal\":false,"
                        + "\"missing\":1,\"extra\":0,\"changed\":1},"
                        + "{\"schema\":\"sales\",\"table\":\"x\",\"rows\":7,\"equal\":true,"
                        + "\"missing\":0,\"extra\":0,\"changed\":0}],\"differences\":["
                        + "{\"table\":\"public.orders\",\"key\":\"(1,\\\"a b\\\")\",\"kind\":\"missing\",\"columns\":[]},"
                        + "{\"table\":\"public.orders\",\"key\":\"(2,c)\",\"kind\":\"changed\","
                        + "\"columns\":[\"price\",\"Not\\\"e\"]}],\"sequences\":[]}");
    }

    @Test
    void textIsAnAlignedTable() {
        assertThat(VerifyReportText.render(report)).isEqualTo("""
                table           rows  chunks  equal  missing  extra  changed
                public.orders  12345       3     NO        1      0        1
                sales.x            7       1    yes        0      0        0
                missing public.orders key (1,"a b")
                changed public.orders key (2,c) columns price, Not"e
                1 of 2 tables differ as of 16/B374D848.
                """);
    }

    @Test
    void readsTablesWhoseNamesHaveDots() {
        TableName dotted = new TableName("sales.eu", "orders");
        VerifyReport written = new VerifyReport(
                Lsn.parse("0/1"),
                List.of(
                        new TableResult(new TableName("sales", "eu.orders"), 1, 1, true, 0, 0, 0),
                        new TableResult(dotted, 1, 1, false, 0, 0, 1)),
                List.of(new Difference(dotted, "(1)", Difference.Kind.CHANGED, List.of("price"))));

        assertThat(TaskJson.verification(TaskJson.verificationWithChunks(written)))
                .isEqualTo(written);
    }

    @Test
    void equalRowsAreNotEnoughWhereASequenceIsWrong() {
        VerifyReport rows =
                new VerifyReport(Lsn.parse("0/1"), List.of(new TableResult(orders, 1, 1, true, 0, 0, 0)), List.of());
        SequenceFinding missing = new SequenceFinding("public.s", true, "Sequence public.s does not exist.", "");
        SequenceFinding other = new SequenceFinding("x.y", false, "Sequence x.y is not set.", "");

        assertThat(new VerificationReport(rows.with(List.of(other))).equal()).isTrue();
        VerificationReport wrong = new VerificationReport(rows.with(List.of(missing, other)));
        assertThat(wrong.equal()).isFalse();
        assertThat(new TaskOutcome.Verified(wrong).result()).isEqualTo(TaskOutcome.Result.DIFFERENCE);
        assertThat(wrong.text()).endsWith("The table is equal, but 1 sequence is not right as of 0/1.");
    }
}
