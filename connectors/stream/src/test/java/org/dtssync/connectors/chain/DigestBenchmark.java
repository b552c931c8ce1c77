package org.dtssync.connectors.chain;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.dtssync.schemas.ChangeHeaders;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures what the digest of a record costs capture. Run by {@code scripts/bench micro}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DigestBenchmark {

    private static final int RECORDS = 25_000;

    /** The size of a row of eight columns in its envelope, and of a wide one. */
    @Param({"180", "2000"})
    private int bytes;

    private final byte[] key = new byte[10];
    private final Headers headers = new RecordHeaders()
            .add(ChangeHeaders.NUMBER, "12345".getBytes(StandardCharsets.US_ASCII))
            .add(ChangeHeaders.COMMIT_LSN, "3A/1B2C3D4E".getBytes(StandardCharsets.US_ASCII));
    private byte[] value = new byte[0];
    private RecordsDigest digest = new RecordsDigest();

    /** Makes a record. */
    @Setup
    public void make() {
        value = new byte[bytes];
        new Random(1).nextBytes(value);
    }

    /** One record; a cut has thousands. */
    @Benchmark
    public Object add() {
        if (digest.count() == RECORDS) {
            digest = new RecordsDigest();
        }
        digest.add(key, value, headers);
        return digest;
    }
}
