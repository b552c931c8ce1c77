/**
 * Reads the source's WAL through Debezium Embedded and writes it into topics in cuts.
 *
 * <p>Reads from: the replication slot, the last cut. Writes to: the topics of tables and the cuts.
 */
package org.dtssync.connectors.capture;
