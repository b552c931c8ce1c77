/**
 * Real servers run by dts-sync itself: PostgreSQL, a Kafka broker, a schema registry; for the quickstart, for {@code
 * embedded} in the task file, and for tests.
 *
 * <p>Reads from: the distribution's binaries. Writes to: the data directories they are given.
 */
package org.dtssync.app.embedded;
