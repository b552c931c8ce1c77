/**
 * Kafka Connect data to Avro and back, in Confluent's wire format with a registry that provides Confluent's REST API.
 *
 * <p>Reads from: the schema registry. Writes to: the schema registry (schemas and the compatibility of the task's subjects).
 */
@NullMarked
package org.dtssync.connectors.avro;

import org.jspecify.annotations.NullMarked;
