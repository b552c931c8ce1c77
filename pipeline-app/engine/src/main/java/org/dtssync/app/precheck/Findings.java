package org.dtssync.app.precheck;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.app.precheck.PrecheckItem.Result;

/**
 * Collects the findings of one check, in order. What is said of several objects in the same words has one cause and becomes
 * one item. Used by one thread.
 */
final class Findings {

    /** How many of the other objects a message names. */
    private static final int NAMED = 3;

    private final String id;
    private final Stage stage;
    private final Map<Cause, Found> found = new LinkedHashMap<>();

    /** What makes findings one: the same words about another object, and something to do at the same server. */
    private record Cause(Result result, String words, Optional<Place> server) {}

    /** What is known of one cause. */
    private record Found(String message, Advice advice, Set<String> objects, Set<String> statements) {}

    Findings(String id, Stage stage) {
        this.id = id;
        this.stage = stage;
    }

    void pass(String object, String message) {
        add(object, Result.PASS, message, Advice.NONE);
    }

    void warn(String object, String message, String text) {
        warn(object, message, Advice.text(text));
    }

    void warn(String object, String message, Advice advice) {
        add(object, Result.WARN, message, advice);
    }

    void fail(String object, String message, String text) {
        fail(object, message, Advice.text(text));
    }

    void fail(String object, String message, Advice advice) {
        add(object, Result.FAIL, message, advice);
    }

    private void add(String object, Result result, String message, Advice advice) {
        add(words(object, message), object, result, message, advice);
    }

    /** Reports a failure whose words differ from those of others that have the same cause. */
    void fail(String cause, String object, String message, Advice advice) {
        add(cause, object, Result.FAIL, message, advice);
    }

    /** Reports a warning in the same way. */
    void warn(String cause, String object, String message, Advice advice) {
        add(cause, object, Result.WARN, message, advice);
    }

    private static String words(String object, String message) {
        Pattern named = Pattern.compile("(?<![\\w.])" + Pattern.quote(object) + "(?!\\w)");
        return named.matcher(message).replaceAll("*");
    }

    private void add(String words, String object, Result result, String message, Advice advice) {
        Cause cause = new Cause(result, words, advice.server());
        Found known = found.computeIfAbsent(
                cause, first -> new Found(message, advice, new LinkedHashSet<>(), new LinkedHashSet<>()));
        known.objects().add(object);
        known.statements().addAll(advice.statements());
    }

    /** Reports a pass if nothing else was reported. */
    void passIfNothingFound(String object, String message) {
        if (found.isEmpty()) {
            pass(object, message);
        }
    }

    List<PrecheckItem> items() {
        List<PrecheckItem> items = new ArrayList<>();
        found.forEach((cause, known) -> {
            List<String> objects = List.copyOf(known.objects());
            items.add(new PrecheckItem(
                    id,
                    stage,
                    objects,
                    cause.result(),
                    known.message() + others(objects),
                    new Advice(
                            cause.server(),
                            List.copyOf(known.statements()),
                            known.advice().text())));
        });
        return List.copyOf(items);
    }

    private static String others(List<String> objects) {
        List<String> others = objects.subList(1, objects.size());
        if (others.isEmpty()) {
            return "";
        }
        String named = String.join(", ", others.subList(0, Math.min(NAMED, others.size())));
        int more = others.size() - NAMED;
        return " The same holds for " + (others.size() == 1 ? "one other" : others.size() + " others") + ": " + named
                + (more > 0 ? " and " + more + " more." : ".");
    }
}
