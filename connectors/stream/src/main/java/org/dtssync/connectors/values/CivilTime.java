package org.dtssync.connectors.values;

/**
 * PostgreSQL's text of dates and times with {@code DateStyle ISO} and {@code TimeZone UTC}, and the numbers they stand for.
 *
 * <p>Reads exactly what the server prints and nothing else, so that each number has one text. Stateless.
 */
final class CivilTime {

    /** Returned instead of a number for a text that is not in the server's form. */
    static final long REFUSED = Long.MIN_VALUE;

    static final long DAY_MICROS = 86_400_000_000L;

    private static final String BEFORE_CHRIST = " BC";

    private static final int DAYS_OF_400_YEARS = 146_097;

    /** Days from 0000-03-01, where the years of this calculation begin, to 1970-01-01. */
    private static final int EPOCH = 719_468;

    /** Microseconds of the years that 64 bits hold; within these bounds no calculation overflows. */
    private static final int LAST_YEAR = 294_246;

    private CivilTime() {}

    /** Returns the days since 1970 of a date. */
    static long days(String text) {
        boolean beforeChrist = text.endsWith(BEFORE_CHRIST);
        int end = beforeChrist ? text.length() - BEFORE_CHRIST.length() : text.length();
        return days(text, end, beforeChrist);
    }

    private static long days(String text, int end, boolean beforeChrist) {
        int yearEnd = end - 6;
        if (yearEnd < 4 || yearEnd > 7 || (yearEnd > 4 && text.charAt(0) == '0')) {
            return REFUSED;
        }
        int year = digits(text, 0, yearEnd);
        int month = digits(text, yearEnd + 1, yearEnd + 3);
        int day = digits(text, yearEnd + 4, end);
        if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) {
            return REFUSED;
        }
        if (text.charAt(yearEnd) != '-' || text.charAt(yearEnd + 3) != '-') {
            return REFUSED;
        }
        return days(beforeChrist ? 1 - year : year, month, day);
    }

    private static long days(int year, int month, int day) {
        int shifted = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(shifted, 400);
        int yearOfEra = shifted - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return (long) era * DAYS_OF_400_YEARS + dayOfEra - EPOCH;
    }

    /** Returns the microseconds since midnight of a time of day, up to 24:00:00. */
    static long micros(String text) {
        return micros(text, 0, text.length());
    }

    private static long micros(String text, int from, int to) {
        int length = to - from;
        if (length < 8 || length == 9 || length > 15 || text.charAt(from + 2) != ':' || text.charAt(from + 5) != ':') {
            return REFUSED;
        }
        int hour = digits(text, from, from + 2);
        int minute = digits(text, from + 3, from + 5);
        int second = digits(text, from + 6, from + 8);
        int fraction = 0;
        if (length > 8) {
            fraction = digits(text, from + 9, to);
            if (text.charAt(from + 8) != '.' || text.charAt(to - 1) == '0' || fraction < 0) {
                return REFUSED;
            }
            for (int i = length - 9; i < 6; i++) {
                fraction *= 10;
            }
        }
        if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 59) {
            return REFUSED;
        }
        return ((hour * 60L + minute) * 60 + second) * 1_000_000 + fraction;
    }

    /**
     * Returns the microseconds since 1970 of a time stamp.
     *
     * @param zone what follows the time: {@code +00} or nothing
     */
    static long timestamp(String text, String zone) {
        boolean beforeChrist = text.endsWith(BEFORE_CHRIST);
        int end = beforeChrist ? text.length() - BEFORE_CHRIST.length() : text.length();
        int timeEnd = end - zone.length();
        int blank = text.indexOf(' ');
        if (blank < 0 || blank >= timeEnd || !text.startsWith(zone, timeEnd)) {
            return REFUSED;
        }
        long days = days(text, blank, beforeChrist);
        long micros = micros(text, blank + 1, timeEnd);
        if (days == REFUSED || micros == REFUSED || micros >= DAY_MICROS || days > days(LAST_YEAR, 12, 31)) {
            return REFUSED;
        }
        return days * DAY_MICROS + micros;
    }

    /** Returns a number of digits; below 0 if there is something else. */
    private static int digits(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return to > from ? number : -1;
    }

    /** Returns the text of a date. */
    static String date(long days) {
        StringBuilder text = new StringBuilder(16);
        boolean beforeChrist = appendDate(text, days);
        return beforeChrist ? text.append(BEFORE_CHRIST).toString() : text.toString();
    }

    /** Returns the text of a time of day. */
    static String time(long micros) {
        StringBuilder text = new StringBuilder(16);
        appendTime(text, micros);
        appendFraction(text, micros % 1_000_000);
        return text.toString();
    }

    /** Returns the text of a time stamp, with its zone. */
    static String timestamp(long micros, String zone) {
        StringBuilder text = new StringBuilder(32);
        boolean beforeChrist = appendDate(text, Math.floorDiv(micros, DAY_MICROS));
        long time = Math.floorMod(micros, DAY_MICROS);
        appendTime(text.append(' '), time);
        appendFraction(text, time % 1_000_000);
        text.append(zone);
        return beforeChrist ? text.append(BEFORE_CHRIST).toString() : text.toString();
    }

    /**
     * Returns a time stamp as ISO 8601 has it, with the year 0000 before 0001.
     *
     * @param digits how many digits the fraction has
     */
    static String iso(long micros, int digits) {
        StringBuilder text = new StringBuilder(32);
        int year = year(Math.floorDiv(micros, DAY_MICROS));
        StringBuilder date = new StringBuilder(16);
        appendDate(date, Math.floorDiv(micros, DAY_MICROS));
        int yearEnd = date.length() - 6;
        if (year > 9999) {
            text.append('+');
        } else if (year < 0) {
            text.append('-');
        }
        appendPadded(text, Math.abs(year), 4);
        text.append(date, yearEnd, date.length()).append('T');
        long time = Math.floorMod(micros, DAY_MICROS);
        appendTime(text, time);
        if (digits > 0) {
            long fraction = time % 1_000_000;
            for (int i = digits; i < 6; i++) {
                fraction /= 10;
            }
            appendPadded(text.append('.'), (int) fraction, digits);
        }
        return text.append('Z').toString();
    }

    /** Returns the microseconds since 1970 of a text that {@link #iso} made. */
    static long ofIso(String iso) {
        int t = iso.indexOf('T');
        int yearEnd = t - 6;
        boolean signed = iso.charAt(0) == '-' || iso.charAt(0) == '+';
        int year = digits(iso, signed ? 1 : 0, yearEnd);
        long days = days(
                iso.charAt(0) == '-' ? -year : year,
                digits(iso, yearEnd + 1, yearEnd + 3),
                digits(iso, yearEnd + 4, t));
        int seconds = t + 9;
        long time = micros(iso, t + 1, seconds);
        int fraction = 0;
        if (iso.charAt(seconds) == '.') {
            int end = iso.length() - 1;
            fraction = digits(iso, seconds + 1, end);
            for (int i = end - seconds - 1; i < 6; i++) {
                fraction *= 10;
            }
        }
        return days * DAY_MICROS + time + fraction;
    }

    /** Returns whether the date is before Christ. */
    private static boolean appendDate(StringBuilder text, long days) {
        long shifted = days + EPOCH;
        long era = Math.floorDiv(shifted, DAYS_OF_400_YEARS);
        int dayOfEra = (int) (shifted - era * DAYS_OF_400_YEARS);
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int shiftedMonth = (5 * dayOfYear + 2) / 153;
        int day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1;
        int month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        int year = (int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
        appendPadded(text, year > 0 ? year : 1 - year, 4);
        appendPadded(text.append('-'), month, 2);
        appendPadded(text.append('-'), day, 2);
        return year <= 0;
    }

    private static int year(long days) {
        StringBuilder date = new StringBuilder(16);
        boolean beforeChrist = appendDate(date, days);
        int year = digits(date.toString(), 0, date.length() - 6);
        return beforeChrist ? 1 - year : year;
    }

    private static void appendTime(StringBuilder text, long micros) {
        int seconds = (int) (micros / 1_000_000);
        appendPadded(text, seconds / 3600, 2);
        appendPadded(text.append(':'), seconds / 60 % 60, 2);
        appendPadded(text.append(':'), seconds % 60, 2);
    }

    private static void appendFraction(StringBuilder text, long micros) {
        if (micros == 0) {
            return;
        }
        int digits = 6;
        int fraction = (int) micros;
        while (fraction % 10 == 0) {
            fraction /= 10;
            digits--;
        }
        appendPadded(text.append('.'), fraction, digits);
    }

    private static void appendPadded(StringBuilder text, int number, int digits) {
        if (digits == 2) {
            text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
            return;
        }
        for (int limit = 10, width = 1; width < digits; width++, limit *= 10) {
            if (number < limit) {
                text.append('0');
            }
        }
        text.append(number);
    }
}
