/**
 * The one exception family of the project: what kind of fault, on which object, and what a person does about it.
 *
 * <p>Reads from: nothing. Writes to: nothing.
 */
package org.dtssync.connectors.fault;
