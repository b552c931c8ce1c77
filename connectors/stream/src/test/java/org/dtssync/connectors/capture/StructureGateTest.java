package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.dtssync.connectors.avro.AvroConverter;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;

/** What a record must show of its table before the transaction it belongs to may go into a cut. */
class StructureGateTest {

    private static final CapturedTable PLACE = new CapturedTable(
            new TableName("public", "place"), Optional.of(List.of("id")), List.of("id", "spot", "name"));

    @Test
    void stopsAtARecordWithoutAColumnThatIsCaptured() {
        ShapeGate.Violation violation =
                gate().first(List.of(transaction(1, "id", "spot", "name"), transaction(2, "id", "name")));

        assertThat(violation).isNotNull();
        assertThat(violation.index()).isEqualTo(1);
        assertThat(violation.fault().kind()).isEqualTo(FaultKind.SHAPE_CHANGED);
        assertThat(violation.fault())
                .hasMessage(
                        "The shape of table public.place changed at the source: it no longer has column spot, or the"
                                + " column cannot be captured. Make the same change at the destination, then run with"
                                + " --accept-structure public.place; or with --resnapshot public.place where existing rows changed.");
    }

    @Test
    void namesTheDestinationWhereThatIsCaptured() {
        ShapeGate.Violation violation = gate(End.DESTINATION).first(List.of(transaction(1, "id", "name")));

        assertThat(violation).isNotNull();
        SyncException fault = violation.fault();
        assertThat(fault.what()).startsWith("The shape of table public.place changed at the destination: ");
        assertThat(fault.remedy()).startsWith("Make the same change at the source, then run");
    }

    @Test
    void stopsAtARecordWithAColumnThatNobodyKnows() {
        ShapeGate.Violation violation = gate().first(List.of(transaction(1, "id", "spot", "name", "more")));

        assertThat(violation).isNotNull();
        assertThat(violation.index()).isZero();
        assertThat(violation.fault().what())
                .isEqualTo("The shape of table public.place changed at the source: it has the new column more.");
    }

    @Test
    void letsARecordWithEveryColumnPassWhateverTheirOrder() {
        assertThat(gate().first(List.of(transaction(1, "name", "id", "spot")))).isNull();
    }

    private static ShapeGate gate() {
        return gate(End.SOURCE);
    }

    private static ShapeGate gate(End side) {
        return new ShapeGate(announced -> Set.of(), side);
    }

    private static SourceTransaction transaction(long lsn, String... columns) {
        SchemaBuilder row = SchemaBuilder.struct().optional();
        for (String column : columns) {
            row.field(column, Schema.STRING_SCHEMA);
        }
        Schema built = row.build();
        Schema envelope = SchemaBuilder.struct()
                .field("before", built)
                .field("after", built)
                .build();
        TableEncoder encoder = new TableEncoder(
                "t.public.place",
                PLACE,
                envelope,
                new CaptureSettings.Topics(1, -1, Map.of()),
                new TransactionOrder(),
                new AvroConverter(),
                new AvroConverter());
        return new SourceTransaction(new Lsn(lsn), 0, List.of(), 1, List.of(encoder.structure()), false);
    }
}
