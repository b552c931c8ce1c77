/**
 * Who may run a task: one instance at a time.
 *
 * <p>Reads from: the destination. Writes to: the instance and the epoch at the destination.
 */
@NullMarked
package org.dtssync.app.lease;

import org.jspecify.annotations.NullMarked;
