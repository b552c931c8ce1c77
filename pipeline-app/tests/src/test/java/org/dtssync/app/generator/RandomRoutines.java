package org.dtssync.app.generator;

import java.util.ArrayList;
import java.util.List;

/** Functions, procedures, aggregates, operators and casts of a random schema. */
final class RandomRoutines {

    /** A function of one argument, and what it returns. */
    record Mapping(String name, ValueType from, ValueType to) {

        String call(String argument) {
            return name + "(" + argument + ")";
        }
    }

    final List<Mapping> mappings = new ArrayList<>();
    private final Draft draft;

    RandomRoutines(Draft draft) {
        this.draft = draft;
    }

    void write() {
        for (int i = 0; i < 6; i++) {
            mapping();
        }
        for (int i = 0; i < 3; i++) {
            odd();
            procedures();
        }
        for (int i = 0; i < 2; i++) {
            triggerFunction();
        }
        aggregate();
        operator();
        cast();
    }

    /** Returns an immutable function that returns true for a type; it is created if there is none. */
    String predicate(ValueType type) {
        String name = draft.qualified("ok");
        String argument = Draft.quote(draft.partName("arg"));
        String head = "CREATE FUNCTION " + name + "(" + argument + " " + type.sql() + ") RETURNS boolean ";
        draft.add(head
                + draft.oneOf(
                        "LANGUAGE sql IMMUTABLE AS 'SELECT true'",
                        "IMMUTABLE RETURN (" + argument + " IS NULL) OR true",
                        "LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 3 AS $body$BEGIN RETURN true; -- it's; \"ok\"\nEND$body$",
                        "LANGUAGE sql IMMUTABLE STRICT SET search_path = '' AS $$ SELECT true -- x\n$$"));
        draft.commented.add("FUNCTION " + name + "(" + type.sql() + ")");
        return name;
    }

    private void mapping() {
        ValueType from = draft.type(type -> true);
        String name = draft.qualified("fn");
        String argument = Draft.quote(draft.partName("arg"));
        String head = "CREATE FUNCTION " + name + "(" + argument + " " + from.sql() + ") RETURNS " + from.sql() + " ";
        draft.add(head
                + draft.oneOf(
                        "LANGUAGE sql IMMUTABLE AS 'SELECT $1'",
                        "LANGUAGE sql IMMUTABLE RETURN " + argument,
                        "LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT " + argument + "; END",
                        "LANGUAGE plpgsql IMMUTABLE SET work_mem = '8MB' AS $x$BEGIN RETURN $1; END$x$"));
        draft.commented.add("FUNCTION " + name + "(" + from.sql() + ")");
        mappings.add(new Mapping(name, from, from));
        if (draft.chance(40)) {
            // An overload with a default that calls the first.
            draft.add("CREATE FUNCTION " + name + "(" + from.sql() + ", xid, " + Draft.quote(draft.partName("arg"))
                    + " " + from.sql()
                    + " DEFAULT " + name + "((" + from.value().apply(1) + ")::" + from.sql() + ")) RETURNS "
                    + from.sql()
                    + " LANGUAGE sql IMMUTABLE AS 'SELECT $3'");
        }
    }

    private void odd() {
        String name = draft.qualified("odd");
        String a = Draft.quote(draft.partName("a"));
        String b = Draft.quote(draft.partName("b"));
        String type = draft.type(t -> true).sql();
        draft.add("CREATE FUNCTION " + name
                + draft.oneOf(
                        "(" + a + " " + type + ", OUT " + b + " " + type + ") LANGUAGE sql AS 'SELECT $1'",
                        "(INOUT " + a + " " + type + ", OUT " + b + " text) LANGUAGE sql STABLE AS 'SELECT $1, ''x'''",
                        "(" + a + " integer DEFAULT 1, VARIADIC " + b
                                + " text[] DEFAULT ARRAY['a']) RETURNS void LANGUAGE sql AS ''",
                        "(" + a + " integer) RETURNS TABLE (" + b + " " + type
                                + ") LANGUAGE sql ROWS 7 AS 'SELECT NULL::" + type.replace("'", "''")
                                + " WHERE false' SECURITY DEFINER",
                        "() RETURNS SETOF " + type + " LANGUAGE plpgsql AS $q$BEGIN RETURN; END$q$ LEAKPROOF",
                        "(anyelement, anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1'",
                        "(" + type + "[]) RETURNS " + type + "[] LANGUAGE sql RETURN $1",
                        "() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE STRICT AS 'window_row_number'"));
        draft.grant("ALL ROUTINES IN SCHEMA " + Draft.quote(draft.schema()), "EXECUTE", 10);
    }

    private void procedures() {
        String name = draft.qualified("proc");
        String a = Draft.quote(draft.partName("a"));
        draft.add("CREATE PROCEDURE " + name + "(INOUT " + a + " integer, integer) LANGUAGE plpgsql AS 'BEGIN END'");
        draft.add("CREATE PROCEDURE " + name + "(INOUT " + a
                + " integer, INOUT text, integer) LANGUAGE plpgsql AS 'BEGIN END'");
        draft.add(
                "CREATE PROCEDURE " + name + "(OUT " + a + " integer, IN integer, IN text) LANGUAGE sql AS 'SELECT 1'");
        draft.add("CREATE PROCEDURE " + name + "() LANGUAGE sql AS ''");
        draft.commented.add("PROCEDURE " + name + "(INOUT integer, integer)");
        draft.commented.add("PROCEDURE " + name + "(OUT integer, IN integer, IN text)");
        draft.grant("PROCEDURE " + name + "(INOUT integer, INOUT text, integer)", "EXECUTE", 50);
        draft.own("PROCEDURE " + name + "(OUT integer, IN integer, IN text)", 40);
    }

    private void triggerFunction() {
        String name = draft.qualified("on change");
        draft.add("CREATE FUNCTION " + name
                + "() RETURNS trigger LANGUAGE plpgsql AS $f$BEGIN RETURN COALESCE(NEW, OLD); END$f$");
        draft.triggerFunctions.add(name);
    }

    private void aggregate() {
        String name = draft.qualified("agg");
        draft.add(
                "CREATE AGGREGATE " + name
                        + draft.oneOf(
                                "(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', PARALLEL = SAFE, COMBINEFUNC = int4pl)",
                                "(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = 0)",
                                "(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA)",
                                "(VARIADIC \"any\" ORDER BY VARIADIC \"any\") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL)",
                                "(bigint) (SFUNC = int8pl, STYPE = bigint, INITCOND = 0, MSFUNC = int8pl, MINVFUNC = int8mi, MSTYPE = bigint, MINITCOND = 0, SORTOP = <)"));
    }

    private void operator() {
        ValueType type =
                draft.type(t -> (t.isComparable() && t.needsMore()) || t.sql().equals("bigint"));
        String schema = Draft.quote(draft.schema());
        String equal = draft.qualified("eq");
        String compare = draft.qualified("cmp");
        draft.add("CREATE FUNCTION " + equal + "(" + type.sql() + ", " + type.sql()
                + ") RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'");
        draft.add("CREATE FUNCTION " + compare + "(" + type.sql() + ", " + type.sql()
                + ") RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 0'");
        String sign = draft.oneOf("===", "~=~", "%%", "|?|", "@-@", "<&&>") + draft.oneOf("", "=", "~~");
        String args = "LEFTARG = " + type.sql() + ", RIGHTARG = " + type.sql() + ", FUNCTION = " + equal;
        draft.add("CREATE OPERATOR " + schema + "." + sign + " (" + args + ", COMMUTATOR = OPERATOR(" + schema + "."
                + sign + "), NEGATOR = OPERATOR(" + schema + ".!" + sign
                + "), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES)");
        draft.add("CREATE OPERATOR " + schema + ".!" + sign + " (" + args + ", NEGATOR = OPERATOR(" + schema + "."
                + sign + "))");
        draft.add("CREATE OPERATOR " + schema + ".!!" + sign + " (RIGHTARG = " + type.sql() + ", FUNCTION = "
                + predicate(type) + ")");
        draft.commented.add("OPERATOR " + schema + "." + sign + " (" + type.sql() + ", " + type.sql() + ")");
        draft.commented.add("OPERATOR " + schema + ".!!" + sign + " (NONE, " + type.sql() + ")");
        String method = draft.oneOf("btree", "hash");
        String members = method.equals("btree")
                ? "OPERATOR 3 " + schema + "." + sign + ", FUNCTION 1 " + compare + "(" + type.sql() + ", " + type.sql()
                        + ")"
                : "OPERATOR 1 " + schema + "." + sign;
        String family = "";
        if (draft.chance(50)) {
            family = draft.qualified("family");
            draft.add("CREATE OPERATOR FAMILY " + family + " USING " + method);
            draft.commented.add("OPERATOR FAMILY " + family + " USING " + method);
            draft.own("OPERATOR FAMILY " + family + " USING " + method, 30);
        }
        String name = draft.qualified("class");
        draft.add("CREATE OPERATOR CLASS " + name + " FOR TYPE " + type.sql() + " USING " + method
                + (family.isEmpty() ? "" : " FAMILY " + family) + " AS " + members);
        draft.commented.add("OPERATOR CLASS " + name + " USING " + method);
        if (!family.isEmpty() && method.equals("btree")) {
            draft.add("ALTER OPERATOR FAMILY " + family + " USING btree ADD FUNCTION 2 (" + type.sql() + ", "
                    + type.sql() + ") btint4sortsupport(internal)");
        }
    }

    private void cast() {
        ValueType type = draft.type(
                t -> (t.needsMore() && !t.sql().endsWith("[]")) || t.sql().equals("point"));
        String function = draft.qualified("as text");
        draft.add("CREATE FUNCTION " + function + "(" + type.sql()
                + ") RETURNS xid LANGUAGE sql IMMUTABLE AS 'SELECT NULL::xid'");
        draft.add("CREATE CAST (" + type.sql() + " AS xid) WITH FUNCTION " + function + "(" + type.sql() + ")"
                + draft.oneOf("", " AS ASSIGNMENT", " AS IMPLICIT"));
        draft.commented.add("CAST (" + type.sql() + " AS xid)");
    }
}
