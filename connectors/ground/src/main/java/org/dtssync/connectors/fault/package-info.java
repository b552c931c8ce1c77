/**
 * The one exception family of the project: what kind of fault, on which object, and how to fix it.
 *
 * <p>Reads from: nothing. Writes to: nothing.
 */
@NullMarked
package org.dtssync.connectors.fault;

import org.jspecify.annotations.NullMarked;
