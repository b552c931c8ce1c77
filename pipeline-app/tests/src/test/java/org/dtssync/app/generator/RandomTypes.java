package org.dtssync.app.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Types of a random schema: those of the server, then enums, composites, ranges, domains and collations of its own. */
final class RandomTypes {

    private static final List<ValueType> OF_THE_SERVER = List.of(
            ValueType.key("integer", k -> "" + k),
            ValueType.key("bigint", k -> "" + (k + 5_000_000_000L)),
            ValueType.key("numeric(12,2)", k -> k + ".25"),
            ValueType.text("text", k -> "'text ' || " + k),
            ValueType.text("character varying(40)", k -> "'v' || " + k),
            ValueType.key("uuid", k -> "md5('" + k + "')::uuid"),
            ValueType.key("date", k -> "date '2001-01-01' + " + k),
            ValueType.key(
                    "timestamp(3) with time zone", k -> "timestamptz '2001-01-01 00:00Z' + interval '1 s' * " + k),
            ValueType.plain("boolean", k -> k % 2 == 0 ? "true" : "false"),
            ValueType.plain("smallint", k -> "" + k % 100),
            ValueType.plain("double precision", k -> k + ".5"),
            ValueType.plain("bytea", k -> "decode('00ff', 'hex')"),
            ValueType.plain("jsonb", k -> "jsonb_build_object('k', " + k + ")"),
            ValueType.plain("integer[]", k -> "ARRAY[" + k + ", NULL, 3]"),
            ValueType.plain("text[]", k -> "ARRAY['a,b', NULL, '\"']"),
            ValueType.plain("inet", k -> "'10.0.0.1'"),
            ValueType.plain("interval day to second(2)", k -> "interval '1 day'"),
            ValueType.plain("bit varying(7)", k -> "B'101'"),
            ValueType.plain("\"char\"", k -> "'c'"),
            ValueType.plain("tstzrange", k -> "NULL::tstzrange"),
            ValueType.plain("tsvector", k -> "to_tsvector('simple', 'a b')"),
            ValueType.opaque("json", k -> "'{\"a\": 1}'"),
            ValueType.opaque("xml", k -> "NULL::xml"),
            ValueType.opaque("point", k -> "point(1, 2)"));

    private final Draft draft;

    RandomTypes(Draft draft) {
        this.draft = draft;
    }

    void write() {
        draft.types.addAll(OF_THE_SERVER);
        for (int i = 0; i < 2; i++) {
            collation();
        }
        for (int i = 0; i < 6; i++) {
            int kind = draft.below(6);
            if (kind == 0) {
                enumeration();
            } else if (kind == 1) {
                composite();
            } else if (kind == 2) {
                range();
            } else {
                domain();
            }
        }
    }

    final List<String> collations = new ArrayList<>(List.of("\"C\"", "\"POSIX\""));

    private void collation() {
        String name = draft.qualified("coll");
        draft.add("CREATE COLLATION " + name + " "
                + draft.oneOf(
                        "(provider = libc, locale = 'C')",
                        "(provider = libc, lc_collate = 'C', lc_ctype = 'POSIX')",
                        "(provider = icu, locale = 'de')",
                        "(provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
                        draft.version >= 17 ? "(provider = builtin, locale = 'C.UTF-8')" : "FROM \"C\"",
                        draft.version >= 16 ? "(provider = icu, locale = 'en', rules = '&a < b')" : "FROM \"POSIX\""));
        draft.commented.add("COLLATION " + name);
        collations.add(name);
    }

    private void enumeration() {
        String name = draft.qualified("mood");
        List<String> labels = IntStream.range(0, 1 + draft.below(4))
                .mapToObj(i -> draft.oneOf("it's %d", "a\"b%d", "x,%d", "%d", "Ä%d", " %d ")
                        .formatted(i))
                .toList();
        draft.add("CREATE TYPE " + name + " AS ENUM ("
                + labels.stream().map(Draft::literal).collect(Collectors.joining(", ")) + ")");
        if (draft.chance(40)) {
            draft.add("ALTER TYPE " + name + " ADD VALUE 'added' BEFORE " + Draft.literal(labels.get(0)));
            draft.add("ALTER TYPE " + name + " RENAME VALUE 'added' TO 'renamed ''one'''");
        }
        draft.commented.add("TYPE " + name);
        draft.types.add(ValueType.made(name, k -> Draft.literal(labels.get(0)) + "::" + name, false, true));
    }

    private void composite() {
        String name = draft.qualified("pair");
        List<ValueType> parts = IntStream.range(0, 1 + draft.below(4))
                .mapToObj(i -> draft.type(type -> true))
                .toList();
        List<String> names = parts.stream().map(part -> draft.partName("part")).toList();
        draft.add("CREATE TYPE " + name + " AS ("
                + IntStream.range(0, parts.size())
                        .mapToObj(i ->
                                Draft.quote(names.get(i)) + " " + parts.get(i).sql()
                                        + (parts.get(i).isCollatable() && draft.chance(30)
                                                ? " COLLATE " + draft.pick(collations)
                                                : ""))
                        .collect(Collectors.joining(", "))
                + ")");
        if (draft.chance(30)) {
            draft.add("ALTER TYPE " + name + " ADD ATTRIBUTE " + Draft.quote(draft.partName("more")) + " integer");
            draft.add("ALTER TYPE " + name + " DROP ATTRIBUTE " + Draft.quote(names.get(0)));
            return;
        }
        draft.commented.add("TYPE " + name);
        draft.commented.add("COLUMN " + name + "." + Draft.quote(names.get(0)));
        boolean isComparable = parts.stream().allMatch(ValueType::isComparable);
        draft.types.add(ValueType.made(
                name,
                k -> "ROW(" + parts.stream().map(part -> part.value().apply(k)).collect(Collectors.joining(", "))
                        + ")::" + name,
                false,
                isComparable));
    }

    private void range() {
        String name = draft.qualified("span");
        String many = draft.chance(50) ? ", multirange_type_name = " + draft.qualified("spans") : "";
        int kind = draft.below(4);
        String body = switch (kind) {
            case 0 -> "subtype = float8, subtype_diff = float8mi";
            case 1 -> "subtype = text, collation = \"POSIX\", subtype_opclass = text_pattern_ops";
            case 2 -> "subtype = numeric";
            default -> "subtype = date";
        };
        draft.add("CREATE TYPE " + name + " AS RANGE (" + body + many + ")");
        draft.commented.add("TYPE " + name);
        String value = switch (kind) {
            case 1 -> "('a', 'b')";
            case 3 -> "('2001-01-01'::date, '2002-01-01'::date)";
            default -> "(1, 2)";
        };
        draft.types.add(ValueType.made(name, k -> name + value, false, true));
    }

    private void domain() {
        ValueType base = draft.type(type -> true);
        String name = draft.qualified("dom");
        String collation = base.isCollatable() ? draft.maybe(30, " COLLATE " + draft.pick(collations)) : "";
        String value = draft.maybe(40, " DEFAULT " + base.value().apply(7));
        String always = draft.maybe(
                40,
                " CONSTRAINT " + Draft.quote(draft.partName("rule")) + " CHECK (VALUE IS NULL OR VALUE IS NOT NULL)");
        draft.add("CREATE DOMAIN " + name + " AS " + base.sql() + collation + value + always);
        draft.commented.add("DOMAIN " + name);
        if (draft.chance(30)) {
            String rule = Draft.quote(draft.partName("late rule"));
            draft.add("ALTER DOMAIN " + name + " ADD CONSTRAINT " + rule
                    + " CHECK ((VALUE)::text <> 'CHECK (never') NOT VALID");
            draft.commented.add("CONSTRAINT " + rule + " ON DOMAIN " + name);
        }
        if (draft.chance(25)) {
            // A rule that calls a function of the domain itself: a circle.
            String function = draft.qualified("fits");
            String rule = Draft.quote(draft.partName("own rule"));
            draft.add("CREATE FUNCTION " + function + "(" + name
                    + ") RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'");
            draft.add("ALTER DOMAIN " + name + " ADD CONSTRAINT " + rule + " CHECK (" + function + "(VALUE))");
            draft.commented.add("CONSTRAINT " + rule + " ON DOMAIN " + name);
            // A call of the function checks its argument: no value of this domain can be had.
            return;
        }
        draft.types.add(ValueType.made(
                name,
                k -> "(" + base.value().apply(k) + ")::" + name,
                base.isUnique() && !collation.contains("coll"),
                base.isComparable()));
        if (draft.chance(20)) {
            draft.types.add(ValueType.made(
                    name + "[]",
                    k -> "ARRAY[" + base.value().apply(k) + "]::" + name + "[]",
                    false,
                    base.isComparable()));
        }
    }
}
