package org.dtssync.app.replay;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.app.state.StructureObject;

/**
 * Which types have values of which others in them: domains, composite types, ranges, and arrays of all of these. Known by the words of
 * their definitions, so that it may be too many, and never too few. Types have their bare names. Not thread-safe.
 */
final class TypeUses {

    private static final String NAME = "(?:\"(?:[^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{N}_$]*)";

    private static final Pattern WORD = Pattern.compile(NAME);

    private static final Pattern MADE =
            Pattern.compile("(?i)\\bCREATE\\s+(?:TYPE|DOMAIN)\\s+(" + NAME + "(?:\\s*\\.\\s*" + NAME + ")?)");

    private static final Pattern MULTIRANGE =
            Pattern.compile("(?i)\\bmultirange_type_name\\s*=\\s*(" + NAME + "(?:\\s*\\.\\s*" + NAME + ")?)");

    private final Map<String, Set<String>> words = new HashMap<>();

    /** Reads the types that there are. */
    TypeUses(List<StructureObject> objects) {
        for (StructureObject object : objects) {
            if (object.kind().equals("type") || object.kind().equals("domain")) {
                Matcher made = MADE.matcher(object.statement());
                while (made.find()) {
                    define(bare(made.group(1)), object.statement());
                }
            }
        }
    }

    /** Receives a command that made or changed a type. A renamed one is still called by its earlier name where tables were recorded before. */
    void command(String tag, List<String> names, String statement) {
        boolean makes = tag.equals("CREATE TYPE") || tag.equals("CREATE DOMAIN");
        if (!makes && !tag.equals("ALTER TYPE") && !tag.equals("ALTER DOMAIN")) {
            return;
        }
        Set<String> mentioned = words(statement);
        for (String name : names) {
            String type = bare(name);
            if (!makes && !words.containsKey(type)) {
                words.forEach((earlier, own) -> {
                    if (mentioned.contains(earlier)) {
                        own.add(type);
                    }
                });
            }
            define(type, statement);
        }
    }

    private void define(String type, String statement) {
        Set<String> mentioned = words(statement);
        words.computeIfAbsent(type, absent -> new HashSet<>()).addAll(mentioned);
        if (mentioned.contains("range")) {
            // Its multirange is made with it, under a name that PostgreSQL chooses if the command does not.
            Matcher named = MULTIRANGE.matcher(statement);
            String multirange = named.find()
                    ? bare(named.group(1))
                    : type.contains("range") ? type.replaceFirst("range", "multirange") : type + "_multirange";
            words.computeIfAbsent(multirange, absent -> new HashSet<>()).add(type);
        }
    }

    /**
     * Returns a type and all that have values of it in them.
     *
     * @param rows the types of the columns of each table, which is a type too
     */
    Set<String> of(String name, Map<String, ? extends Collection<String>> rows) {
        Set<String> using = new HashSet<>(Set.of(bare(name)));
        boolean more = true;
        while (more) {
            more = false;
            for (Map.Entry<String, Set<String>> each : words.entrySet()) {
                if (each.getValue().stream().anyMatch(using::contains)) {
                    more |= using.add(each.getKey());
                }
            }
            for (Map.Entry<String, ? extends Collection<String>> each : rows.entrySet()) {
                if (each.getValue().stream().anyMatch(type -> isOf(type, using))) {
                    more |= using.add(each.getKey());
                }
            }
        }
        return using;
    }

    /** Returns whether a type is one of some, or an array of one. */
    static boolean isOf(String type, Set<String> types) {
        return types.contains(type) || (type.startsWith("_") && types.contains(type.substring(1)));
    }

    /** Returns a name without its schema and quotes. */
    private static String bare(String name) {
        String last = name;
        Matcher matcher = WORD.matcher(name);
        while (matcher.find()) {
            last = word(matcher);
        }
        return last;
    }

    private static Set<String> words(String statement) {
        Set<String> words = new HashSet<>();
        Matcher matcher = WORD.matcher(statement);
        while (matcher.find()) {
            words.add(word(matcher));
        }
        return words;
    }

    private static String word(Matcher matcher) {
        String word = matcher.group();
        return word.startsWith("\"")
                ? word.substring(1, word.length() - 1).replace("\"\"", "\"")
                : word.toLowerCase(Locale.ROOT);
    }
}
