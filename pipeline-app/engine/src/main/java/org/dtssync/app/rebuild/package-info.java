/**
 * Another database that is the source as of a commit, made from a base and the topics by the applier of every task.
 *
 * <p>Reads from: a base, the topics. Writes to: the target, and the state there.
 */
@NullMarked
package org.dtssync.app.rebuild;

import org.jspecify.annotations.NullMarked;
