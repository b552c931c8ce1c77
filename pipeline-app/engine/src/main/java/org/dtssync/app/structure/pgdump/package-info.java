/**
 * The schema objects as PostgreSQL's own {@code pg_dump} prints them: runs the program, reads the table of contents of its
 * archive, and sorts the entries into objects and sections.
 *
 * <p>Reads from: the source, through {@code pg_dump} and through its catalogs, in one snapshot. Writes to: nothing.
 */
@NullMarked
package org.dtssync.app.structure.pgdump;

import org.jspecify.annotations.NullMarked;
