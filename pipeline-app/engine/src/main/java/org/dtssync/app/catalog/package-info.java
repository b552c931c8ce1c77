/**
 * What the source's catalog says of the tables a task moves: which they are, their keys, their sizes.
 *
 * <p>Reads from: the source's catalog. Writes to: nothing.
 */
package org.dtssync.app.catalog;
