package org.dtssync.app.catalog;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dtssync.app.catalog.TableShape.Column;

/**
 * The difference between two shapes of a table: what each earlier column is now, and whether rows that were written
 * before can be kept without reloading the table. Immutable.
 *
 * @param before the earlier shape
 * @param now the later one
 */
public record ShapeStep(TableShape before, TableShape now) {

    /** Returns the earlier replicated columns, each with its current name; empty for one that is no longer replicated. */
    public Map<String, Optional<String>> names() {
        Map<String, Optional<String>> names = new TreeMap<>();
        for (String name : before.carried()) {
            names.put(name, nameNow(before.column(name)));
        }
        return names;
    }

    /** Returns the columns that were added, each with the value that earlier rows have in it; empty for NULL. */
    public Map<String, Optional<String>> added() {
        Map<String, Optional<String>> added = new TreeMap<>();
        for (String name : now.carried()) {
            if (isAdded(now.column(name))) {
                added.put(name, now.column(name).missing());
            }
        }
        return added;
    }

    /** Returns the columns, by current name, whose type name has changed, each with the previous name. */
    public Map<String, String> retyped() {
        Map<String, String> retyped = new TreeMap<>();
        names().forEach((was, is) -> is.ifPresent(name -> {
            String type = now.column(name).typeName();
            if (!type.equals(before.column(was).typeName())) {
                retyped.put(name, type);
            }
        }));
        return retyped;
    }

    /**
     * Returns why the table must be reloaded, in words that follow its name; empty if making the same change at the
     * destination is enough.
     */
    public Optional<String> reloadReason() {
        if (!before.oid().equals(now.oid())) {
            return Optional.of("was dropped and re-created");
        }
        if (!keyNow().equals(now.key())) {
            return Optional.of("has another key");
        }
        boolean rewritten = !before.files().equals(now.files());
        for (Map.Entry<String, Optional<String>> name : names().entrySet()) {
            Column was = before.column(name.getKey());
            if (name.getValue().isEmpty()) {
                if (now.columns().containsKey(name.getKey())) {
                    return Optional.of("has another column under the name " + name.getKey());
                }
                continue;
            }
            Column is = now.column(name.getValue().get());
            if (!name.getKey().equals(name.getValue().get()) && now.columns().containsKey(name.getKey())) {
                return Optional.of("has another column under the name " + name.getKey());
            }
            boolean renamed = !name.getKey().equals(name.getValue().get());
            if (rewritten
                    && !renamed
                    && was.typeName().equals(is.typeName())
                    && !was.altered().equals(is.altered())) {
                return Optional.of("was apparently rewritten with other values in column "
                        + name.getValue().get());
            }
        }
        return addedReason(rewritten);
    }

    private Optional<String> addedReason(boolean rewritten) {
        for (String name : now.carried()) {
            Column column = now.column(name);
            if (!isAdded(column)) {
                continue;
            }
            boolean wasGenerated = before.columns().values().stream().anyMatch(was -> was.number() == column.number());
            if (wasGenerated
                    || (rewritten
                            && column.preset().isPresent()
                            && column.missing().isEmpty())) {
                return Optional.of("has a different value in each row of the new column " + name);
            }
        }
        return Optional.empty();
    }

    private boolean isAdded(Column column) {
        return before.columns().values().stream().noneMatch(was -> was.number() == column.number() && !was.generated());
    }

    private Optional<String> nameNow(Column earlier) {
        return now.columns().entrySet().stream()
                .filter(column -> column.getValue().number() == earlier.number()
                        && !column.getValue().generated())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The key's columns are printed by name, so a renamed column alone does not make a different key. */
    private Optional<String> keyNow() {
        Optional<String> key = before.key();
        if (key.isEmpty() || key.equals(now.key())) {
            return key;
        }
        String[] parts = key.get().split(", ", -1);
        for (int i = 0; i < parts.length; i++) {
            for (Map.Entry<String, Optional<String>> name : names().entrySet()) {
                if (name.getValue().isPresent() && parts[i].equals(quoted(name.getKey()))) {
                    parts[i] = quoted(name.getValue().get());
                    break;
                }
            }
        }
        return Optional.of(String.join(", ", parts));
    }

    /** Like PostgreSQL's quote_ident, for names that are not keywords. */
    private static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
    }
}
