/**
 * The task file: one record a section, validated whole.
 *
 * <p>Reads from: the task file, environment variables and secret files it names. Writes to: nothing.
 */
package org.dtssync.app.config;
