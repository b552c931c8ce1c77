package org.dtssync.app.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Finds the key a person most likely meant: the one with the fewest letters to change. */
public final class NearestKey {

    private NearestKey() {}

    /** Returns the nearest of the known keys; on a tie the first one. */
    public static String of(String unknown, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(key -> cost(unknown, key)))
                .orElseThrow();
    }

    /** A dotted key given as a map ({@code data: dir:}) or a missing part of it are nearer than their edit distance. */
    private static int cost(String unknown, String key) {
        String a = unknown.toLowerCase(Locale.ROOT);
        String b = key.toLowerCase(Locale.ROOT);
        if (b.startsWith(a + ".") || b.endsWith("." + a)) {
            return 1;
        }
        return distance(a, b);
    }

    /** The optimal string alignment distance: insert, delete, replace, or swap two neighbours. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : step(d, a, b, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int step(int[][] d, String a, String b, int i, int j) {
        int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
    }
}
