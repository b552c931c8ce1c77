package org.dtssync.app.bench;

/**
 * The ways on which dts-sync reaches the servers.
 *
 * @param sourcePort port of the source
 * @param destinationPort port of the destination
 * @param bootstrapServers the broker
 */
record Reach(int sourcePort, int destinationPort, String bootstrapServers) {

    /** Without detours. */
    static Reach direct(Lab lab) {
        return new Reach(lab.source().port(), lab.destination().port(), lab.bootstrapServers());
    }
}
