/**
 * The task file: one record per section, fully validated.
 *
 * <p>Reads from: the task file, environment variables and secret files it names. Writes to: nothing.
 */
@NullMarked
package org.dtssync.app.config;

import org.jspecify.annotations.NullMarked;
