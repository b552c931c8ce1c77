/**
 * What capture and applier share of Kafka: client settings, topics, faults.
 *
 * <p>Reads from: nothing. Writes to: topic metadata.
 */
package org.dtssync.connectors.kafka;
