package org.dtssync.app.bench;

import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A fixed piece of work whose processor time says how fast this machine is. Stateless. */
final class Yardstick {

    private static final int ROUNDS = 5;
    private static final int BLOCKS = 600;
    private static final int BLOCK_BYTES = 1 << 18;

    private Yardstick() {}

    /** Returns the processor seconds of the fastest of a few rounds, so that warming up does not count. */
    static double cpuSeconds() {
        try {
            double best = Double.MAX_VALUE;
            byte[] block = new byte[BLOCK_BYTES];
            for (int round = 0; round < ROUNDS; round++) {
                long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                MessageDigest digest = MessageDigest.getInstance("SHA-512");
                for (int i = 0; i < BLOCKS; i++) {
                    digest.update(block);
                    System.arraycopy(digest.digest(), 0, block, i, digest.getDigestLength());
                }
                best = Math.min(best, (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before) / 1e9);
            }
            return best;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-512.", e);
        }
    }
}
