package org.dtssync.app.base;

/**
 * What is wrong with a base.
 *
 * @param file the file
 * @param what a phrase
 */
public record BaseFault(String file, String what) {}
