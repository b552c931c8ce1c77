/**
 * Keeps a load running on its own servers, injects one fault after another, and holds dts-sync to its promises:
 * {@code scripts/chaos}.
 *
 * <p>Reads from: source, destination and topics of the task it runs. Writes to: the source, and a directory of its own.
 */
@NullMarked
package org.dtssync.app.chaos;

import org.jspecify.annotations.NullMarked;
