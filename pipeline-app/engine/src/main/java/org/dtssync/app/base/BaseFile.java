package org.dtssync.app.base;

/**
 * A file with rows of one table: the text of COPY, compressed with gzip.
 *
 * @param name its name in the directory
 * @param rows how many rows it has
 * @param bytes how long the text is
 * @param sha256 SHA-256 of the compressed file, hexadecimal
 */
public record BaseFile(String name, long rows, long bytes, String sha256) {}
