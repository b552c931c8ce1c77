/**
 * What capture and applier share of Kafka: client settings, topics, faults.
 *
 * <p>Reads from: nothing. Writes to: topic metadata.
 */
@NullMarked
package org.dtssync.connectors.kafka;

import org.jspecify.annotations.NullMarked;
