/**
 * The quickstart: moves a sample shop between two servers of its own while an application keeps writing to it, and compares.
 *
 * <p>Reads from: the pipeline, both databases. Writes to: a temporary directory, the source, standard output and error.
 */
package org.dtssync.app.quickstart;
