/**
 * Keeps a load running on servers of its own, makes one fault after the other happen, and holds dts-sync to its promises:
 * {@code scripts/chaos}.
 *
 * <p>Reads from: source, destination and topics of the task it runs. Writes to: the source, and a directory of its own.
 */
package org.dtssync.app.chaos;
