/**
 * Real servers without an installation: PostgreSQL as child processes, Kafka inside this one, the schema registry as a
 * child process; for the quickstart, for {@code embedded} in the task file, and for tests.
 *
 * <p>Reads from: the sandbox's {@code postgresql} and {@code registry} directories. Writes to: the directory each
 * server is given, and a cache of unpacked PostgreSQL binaries in the temporary directory.
 */
@NullMarked
package org.dtssync.app.embedded;

import org.jspecify.annotations.NullMarked;
