package org.dtssync.app.precheck;

import java.util.Locale;

/** Prints a number of bytes for people. */
final class Size {

    private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB"};

    private Size() {}

    static String of(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }
}
