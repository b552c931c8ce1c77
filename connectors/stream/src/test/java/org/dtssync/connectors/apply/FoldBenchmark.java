package org.dtssync.connectors.apply;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.dtssync.connectors.postgres.TableName;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures how long a change takes to be folded and planned, 10,000 of them at a time. Run by {@code scripts/bench micro}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class FoldBenchmark {

    private static final int CHANGES = 10_000;

    private final TargetTable table = new TargetTable(
            new TableName("public", "orders"),
            false,
            List.of(column("id", "bigint"), column("amount", "numeric"), column("note", "text")),
            List.of("id"),
            Optional.empty(),
            Set.of());

    private static TargetColumn column(String name, String type) {
        return new TargetColumn(
                name, type, TargetColumn.Base.CAST, "OPERATOR(pg_catalog.=)", "", false, false, null, false);
    }

    /** Half of the changes are inserts, the others update or delete rows, some of them again. */
    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public Object foldAndPlan() {
        TableFold fold = new TableFold(table);
        for (int i = 0; i < CHANGES; i++) {
            fold.add(change(i));
        }
        KeyedPlan plan = new KeyedPlan(fold, WriteMode.EXACT, new Staging()).plan(false);
        List<Object> result = new ArrayList<>(plan.statements());
        result.addAll(plan.inserts());
        return result;
    }

    private static Change change(int number) {
        long key = (number * 7919L) % (CHANGES / 2);
        return switch (number % 10) {
            case 0, 1, 2, 3, 4 -> new Change.Insert(1, row(1_000_000L + number), null);
            case 5 -> new Change.Delete(1, row(2_000_000L + number));
            default -> new Change.Update(1, null, row(key));
        };
    }

    private static Object[] row(long key) {
        return new Object[] {key, "12.50", "a note of some length"};
    }
}
