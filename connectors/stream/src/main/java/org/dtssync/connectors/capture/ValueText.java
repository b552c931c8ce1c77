package org.dtssync.connectors.capture;

/**
 * The text of a value that its column's schema cannot hold: a header of the record.
 *
 * @param header the header's name
 * @param text the value's text in UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared and never changed.
record ValueText(String header, byte[] text) {}
