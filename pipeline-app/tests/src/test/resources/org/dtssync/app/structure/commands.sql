-- Every CREATE command of the reference manual with its main options, at least three objects each. A line of two dashes and a
-- version starts what only that version and later ones have. What the commands of roles, databases, tablespaces and subscriptions
-- make belongs to the cluster, not to the database.
CREATE SCHEMA cmd;
GRANT USAGE ON SCHEMA cmd TO PUBLIC;

-- CREATE SCHEMA
CREATE SCHEMA AUTHORIZATION app_owner;
CREATE SCHEMA "Cmd 2" AUTHORIZATION app_owner
    CREATE TABLE in_schema (a int PRIMARY KEY)
    CREATE VIEW of_schema AS SELECT a FROM in_schema;
CREATE SCHEMA IF NOT EXISTS cmd3;
COMMENT ON SCHEMA cmd3 IS E'three\nlines; of\n"comment"';
GRANT USAGE ON SCHEMA cmd3 TO PUBLIC;
GRANT CREATE ON SCHEMA cmd3 TO app_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES IN SCHEMA cmd3 GRANT INSERT ON TABLES TO app_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner GRANT EXECUTE ON ROUTINES TO app_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner REVOKE USAGE ON TYPES FROM PUBLIC;

-- CREATE EXTENSION
CREATE EXTENSION pg_trgm SCHEMA cmd3;
CREATE EXTENSION btree_gist SCHEMA cmd CASCADE;
CREATE EXTENSION pgcrypto SCHEMA cmd3 VERSION '1.3';
COMMENT ON EXTENSION pgcrypto IS NULL;

-- CREATE ACCESS METHOD
CREATE ACCESS METHOD cmd_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD cmd_tree TYPE INDEX HANDLER bthandler;
CREATE ACCESS METHOD "Cmd hash" TYPE INDEX HANDLER hashhandler;
COMMENT ON ACCESS METHOD cmd_tree IS 'another tree';

-- CREATE LANGUAGE
CREATE TRUSTED LANGUAGE cmd_lang HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE LANGUAGE cmd_untrusted HANDLER plpgsql_call_handler;
CREATE TRUSTED PROCEDURAL LANGUAGE "Cmd lang" HANDLER plpgsql_call_handler VALIDATOR plpgsql_validator;
COMMENT ON LANGUAGE cmd_lang IS 'a language';
ALTER LANGUAGE cmd_lang OWNER TO app_owner;
GRANT USAGE ON LANGUAGE cmd_lang TO app_reader WITH GRANT OPTION;
REVOKE USAGE ON LANGUAGE "Cmd lang" FROM PUBLIC;

-- CREATE COLLATION
CREATE COLLATION cmd.c_posix (provider = libc, locale = 'POSIX');
CREATE COLLATION cmd.c_both (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
CREATE COLLATION cmd.icu_numeric (provider = icu, locale = 'en-u-kn-true');
CREATE COLLATION cmd.icu_caseless (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
CREATE COLLATION cmd."Copy" FROM "C";
COMMENT ON COLLATION cmd.icu_numeric IS 'numbers by value';
ALTER COLLATION cmd.c_posix OWNER TO app_owner;

-- CREATE CONVERSION
CREATE CONVERSION cmd.utf8_to_latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
CREATE DEFAULT CONVERSION cmd.latin_to_utf8 FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE CONVERSION cmd."Koi" FOR 'KOI8R' TO 'UTF8' FROM koi8r_to_utf8;
COMMENT ON CONVERSION cmd."Koi" IS 'a conversion';
ALTER CONVERSION cmd.utf8_to_latin OWNER TO app_owner;

-- CREATE TYPE: composite, enum, range, base, shell
CREATE TYPE cmd.point3 AS (x float8, y float8, "Z" numeric(10,3));
CREATE TYPE cmd.named AS (name varchar(30) COLLATE "C", at cmd.point3, many cmd.point3[]);
CREATE TYPE cmd.empty AS ();
ALTER TYPE cmd.point3 ADD ATTRIBUTE w interval day to second(2);
ALTER TYPE cmd.point3 DROP ATTRIBUTE y;
COMMENT ON COLUMN cmd.point3."Z" IS 'height';
CREATE TYPE cmd.state AS ENUM ('new', 'done');
ALTER TYPE cmd.state ADD VALUE 'it''s "open"' BEFORE 'done';
CREATE TYPE cmd."Enum" AS ENUM ();
CREATE TYPE cmd.level AS ENUM ('low', 'high', '');
ALTER TYPE cmd.level RENAME VALUE 'low' TO 'lowest';
CREATE FUNCTION cmd.level_diff(a float8, b float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT a - b';
CREATE TYPE cmd.level_range AS RANGE (subtype = cmd.level);
CREATE TYPE cmd.span AS RANGE (subtype = float8, subtype_diff = cmd.level_diff, multirange_type_name = cmd.spans);
CREATE TYPE cmd.text_range AS RANGE (subtype = text, subtype_opclass = text_pattern_ops, collation = "POSIX");
CREATE TYPE cmd.whole_range;
CREATE FUNCTION cmd.whole(cmd.whole_range) RETURNS cmd.whole_range LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE cmd.whole_range AS RANGE (subtype = int4, canonical = cmd.whole, multirange_type_name = "Wholes");
GRANT EXECUTE ON FUNCTION cmd.span(float8, float8, text) TO app_reader WITH GRANT OPTION;
REVOKE EXECUTE ON FUNCTION cmd.spans() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cmd.text_range(text, text) TO app_reader;
ALTER TYPE cmd.text_range OWNER TO app_owner;
CREATE TYPE cmd.money2;
CREATE FUNCTION cmd.money2_in(cstring) RETURNS cmd.money2 LANGUAGE internal IMMUTABLE STRICT AS 'int8in';
CREATE FUNCTION cmd.money2_out(cmd.money2) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int8out';
CREATE FUNCTION cmd.money2_recv(internal) RETURNS cmd.money2 LANGUAGE internal IMMUTABLE STRICT AS 'int8recv';
CREATE FUNCTION cmd.money2_send(cmd.money2) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'int8send';
CREATE TYPE cmd.money2 (INPUT = cmd.money2_in, OUTPUT = cmd.money2_out, RECEIVE = cmd.money2_recv, SEND = cmd.money2_send,
    INTERNALLENGTH = 8, PASSEDBYVALUE, ALIGNMENT = double, STORAGE = plain, CATEGORY = 'N', PREFERRED = false, DEFAULT = '7', DELIMITER = ';');
CREATE TYPE cmd.words;
CREATE FUNCTION cmd.words_in(cstring, oid, integer) RETURNS cmd.words LANGUAGE internal IMMUTABLE STRICT AS 'varcharin';
CREATE FUNCTION cmd.words_out(cmd.words) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'varcharout';
CREATE FUNCTION cmd.words_mod_in(cstring[]) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'varchartypmodin';
CREATE FUNCTION cmd.words_mod_out(integer) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'varchartypmodout';
CREATE TYPE cmd.words (INPUT = cmd.words_in, OUTPUT = cmd.words_out, TYPMOD_IN = cmd.words_mod_in, TYPMOD_OUT = cmd.words_mod_out,
    INTERNALLENGTH = VARIABLE, STORAGE = extended, COLLATABLE = true);
CREATE TYPE cmd.pair;
CREATE FUNCTION cmd.pair_in(cstring) RETURNS cmd.pair LANGUAGE internal IMMUTABLE STRICT AS 'point_in';
CREATE FUNCTION cmd.pair_out(cmd.pair) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'point_out';
CREATE TYPE cmd.pair (INPUT = cmd.pair_in, OUTPUT = cmd.pair_out, INTERNALLENGTH = 16, ALIGNMENT = double, ELEMENT = float8);
CREATE TYPE cmd.shell_only;
CREATE TYPE cmd."Shell only";
COMMENT ON TYPE cmd.money2 IS 'money';
COMMENT ON TYPE cmd.state IS 'states';
ALTER TYPE cmd.state OWNER TO app_owner;
REVOKE USAGE ON TYPE cmd.level FROM PUBLIC;
GRANT USAGE ON TYPE cmd.level TO app_reader WITH GRANT OPTION;

-- CREATE DOMAIN
CREATE DOMAIN cmd.percent AS numeric(5,2) DEFAULT 0.5 CONSTRAINT at_most CHECK (VALUE <= 100) CHECK (VALUE >= 0);
CREATE DOMAIN cmd.required AS text COLLATE cmd.icu_numeric NOT NULL DEFAULT 'x''y';
CREATE DOMAIN cmd.few AS cmd.percent[] CHECK (array_length(VALUE, 1) < 10);
CREATE DOMAIN cmd.moment AS timestamptz(2);
CREATE DOMAIN cmd.of_state AS cmd.state DEFAULT 'new' CHECK (VALUE <> 'it''s "open"');
CREATE DOMAIN cmd."Of row" AS cmd.point3 CHECK ((VALUE).x > 0);
COMMENT ON DOMAIN cmd.few IS 'few';
COMMENT ON CONSTRAINT at_most ON DOMAIN cmd.percent IS 'at most';
ALTER DOMAIN cmd.percent OWNER TO app_owner;
GRANT USAGE ON TYPE cmd.few TO app_reader;

-- CREATE SEQUENCE
CREATE SEQUENCE cmd.plain;
CREATE SEQUENCE cmd.small AS smallint INCREMENT BY -5 MINVALUE -32000 MAXVALUE -1 START -10 CACHE 7 CYCLE;
CREATE SEQUENCE cmd."Big; one" AS bigint INCREMENT 1000 MINVALUE -9223372036854775807 START 0 NO CYCLE;
ALTER SEQUENCE cmd.plain RESTART 1000;
COMMENT ON SEQUENCE cmd.small IS 'small';
GRANT USAGE, UPDATE ON SEQUENCE cmd.small TO app_reader;
GRANT SELECT ON SEQUENCE cmd.plain TO PUBLIC;
ALTER SEQUENCE cmd."Big; one" OWNER TO app_owner;

-- CREATE FUNCTION
CREATE FUNCTION cmd.f_all(IN a int, INOUT b text DEFAULT 'b', OUT c int, VARIADIC d int[] DEFAULT '{}') RETURNS SETOF record
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER LEAKPROOF PARALLEL RESTRICTED COST 12.5 ROWS 33
    SET search_path = cmd, pg_temp SET work_mem = '9MB' SET datestyle = 'iso, dmy' AS $_$ BEGIN b := $1::text || '$$;'; END $_$;
CREATE FUNCTION cmd.f_table(n int) RETURNS TABLE ("A" int, b cmd.state) LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC SELECT g, 'new'::cmd.state FROM generate_series(1, n) g; SELECT 1, 'done'::cmd.state; END;
CREATE FUNCTION cmd.f_return(a text, b text[] DEFAULT ARRAY['y']) RETURNS boolean LANGUAGE sql RETURN a = ANY (b);
CREATE FUNCTION cmd.f_poly(anyelement, b anyarray DEFAULT NULL, OUT anycompatible, anycompatible DEFAULT NULL::int) LANGUAGE sql AS 'SELECT $4';
CREATE FUNCTION cmd.f_window() RETURNS bigint LANGUAGE internal WINDOW AS 'window_rank';
CREATE FUNCTION cmd.f_mine() RETURNS int LANGUAGE cmd_lang AS 'BEGIN RETURN 1; END';
CREATE FUNCTION cmd.f_transform(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION cmd.f_void() RETURNS void LANGUAGE sql BEGIN ATOMIC END;
CREATE FUNCTION cmd.f_unnamed(int, numeric(10,2), text[], cmd.point3, cmd."Of row") RETURNS cmd.few LANGUAGE sql CALLED ON NULL INPUT AS 'SELECT NULL::cmd.few';
CREATE FUNCTION cmd.f_expensive() RETURNS SETOF int LANGUAGE sql COST 0.01 ROWS 1 AS 'SELECT 1';
CREATE FUNCTION cmd.f_support(text) RETURNS text LANGUAGE internal IMMUTABLE STRICT SUPPORT generate_series_int4_support AS 'upper';
CREATE FUNCTION cmd.f_current(a int) RETURNS int LANGUAGE sql SET timezone FROM CURRENT AS 'SELECT a';
COMMENT ON FUNCTION cmd.f_void() IS 'void';
ALTER FUNCTION cmd.f_void() OWNER TO app_owner;
GRANT EXECUTE ON FUNCTION cmd.f_void() TO app_reader WITH GRANT OPTION;
REVOKE ALL ON FUNCTION cmd.f_all FROM PUBLIC;

-- CREATE PROCEDURE
CREATE PROCEDURE cmd.p_sql(a int, INOUT b int DEFAULT 3) LANGUAGE sql BEGIN ATOMIC SELECT a + b; END;
CREATE PROCEDURE cmd.p_set() LANGUAGE plpgsql SECURITY DEFINER SET role FROM CURRENT AS 'BEGIN COMMIT; END';
CREATE PROCEDURE cmd."P ""x"""(VARIADIC "all" text[]) LANGUAGE plpgsql AS 'BEGIN END';
COMMENT ON PROCEDURE cmd.p_sql(int, int) IS 'procedure';
GRANT EXECUTE ON PROCEDURE cmd.p_set() TO app_reader;

-- CREATE AGGREGATE
CREATE FUNCTION cmd.agg_s(s int8, v int8) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT s + v';
CREATE FUNCTION cmd.agg_i(s int8, v int8) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT s - v';
CREATE FUNCTION cmd.agg_f(s int8) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT s::text';
CREATE FUNCTION cmd.agg_fe(s int8, v int8) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT s::text';
CREATE AGGREGATE cmd.a_all(int8) (SFUNC = cmd.agg_s, STYPE = int8, SSPACE = 99, FINALFUNC = cmd.agg_f, FINALFUNC_MODIFY = SHAREABLE,
    COMBINEFUNC = cmd.agg_s, INITCOND = '7', MSFUNC = cmd.agg_s, MINVFUNC = cmd.agg_i, MSTYPE = int8, MSSPACE = 8,
    MFINALFUNC = cmd.agg_fe, MFINALFUNC_EXTRA, MFINALFUNC_MODIFY = READ_WRITE, MINITCOND = '-3', PARALLEL = SAFE);
CREATE AGGREGATE cmd.a_sort(int8) (SFUNC = int8larger, STYPE = int8, SORTOP = >);
CREATE AGGREGATE cmd.a_text(text) (SFUNC = textcat, STYPE = text, INITCOND = 'it''s \ ');
CREATE AGGREGATE cmd.a_ordered(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE AGGREGATE cmd.a_serial(int8) (SFUNC = int8_avg_accum, STYPE = internal, FINALFUNC = numeric_poly_avg, COMBINEFUNC = int8_avg_combine, SERIALFUNC = int8_avg_serialize, DESERIALFUNC = int8_avg_deserialize, PARALLEL = RESTRICTED);
CREATE AGGREGATE cmd."A star"(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
COMMENT ON AGGREGATE cmd."A star"(*) IS 'star';
ALTER AGGREGATE cmd.a_sort(int8) OWNER TO app_owner;

-- CREATE OPERATOR
CREATE FUNCTION cmd.op_eq(cmd.point3, cmd.point3) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR cmd.=== (FUNCTION = cmd.op_eq, LEFTARG = cmd.point3, RIGHTARG = cmd.point3, COMMUTATOR = OPERATOR(cmd.===),
    NEGATOR = OPERATOR(cmd.<<>>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR cmd.<<>> (FUNCTION = cmd.op_eq, LEFTARG = cmd.point3, RIGHTARG = cmd.point3, COMMUTATOR = OPERATOR(cmd.<<>>),
    NEGATOR = OPERATOR(cmd.===), RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR cmd.!!! (FUNCTION = cmd.agg_f, RIGHTARG = int8);
CREATE OPERATOR cmd.+~ (PROCEDURE = cmd.agg_s, LEFTARG = int8, RIGHTARG = int8);
COMMENT ON OPERATOR cmd.!!! (NONE, int8) IS 'prefix';
ALTER OPERATOR cmd.+~ (int8, int8) OWNER TO app_owner;

-- CREATE OPERATOR FAMILY, CREATE OPERATOR CLASS
CREATE OPERATOR FAMILY cmd.fam USING btree;
CREATE OPERATOR FAMILY cmd."Fam" USING hash;
CREATE OPERATOR FAMILY cmd.fam_gist USING gist;
CREATE OPERATOR CLASS cmd.int8_ops FOR TYPE int8 USING btree FAMILY cmd.fam AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint8cmp(int8, int8), FUNCTION 2 btint8sortsupport(internal);
ALTER OPERATOR FAMILY cmd.fam USING btree ADD OPERATOR 1 < (int8, int4), FUNCTION 1 (int8, int4) btint84cmp(int8, int4);
CREATE FUNCTION cmd.point3_cmp(cmd.point3, cmd.point3) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE OPERATOR CLASS cmd.point3_ops DEFAULT FOR TYPE cmd.point3 USING btree AS OPERATOR 3 cmd.===, FUNCTION 1 cmd.point3_cmp(cmd.point3, cmd.point3);
CREATE OPERATOR CLASS cmd."Hash ops" FOR TYPE int8 USING hash FAMILY cmd."Fam" AS OPERATOR 1 =, FUNCTION 1 hashint8(int8), FUNCTION 2 hashint8extended(int8, int8);
CREATE OPERATOR CLASS cmd.box_ops FOR TYPE box USING gist FAMILY cmd.fam_gist AS OPERATOR 3 &&, OPERATOR 15 <-> (box, point) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 gist_box_consistent(internal, box, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal),
    FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal),
    FUNCTION 7 gist_box_same(box, box, internal), FUNCTION 8 gist_box_distance(internal, box, smallint, oid, internal), STORAGE box;
CREATE OPERATOR CLASS cmd.tree_ops FOR TYPE int4 USING cmd_tree AS OPERATOR 3 =, FUNCTION 1 btint4cmp(int4, int4);
CREATE OPERATOR CLASS cmd.hash_ops_2 FOR TYPE int4 USING "Cmd hash" AS OPERATOR 1 =, FUNCTION 1 hashint4(int4);
COMMENT ON OPERATOR FAMILY cmd.fam USING btree IS 'family';
COMMENT ON OPERATOR CLASS cmd.int8_ops USING btree IS 'class';
ALTER OPERATOR FAMILY cmd.fam USING btree OWNER TO app_owner;
ALTER OPERATOR CLASS cmd.box_ops USING gist OWNER TO app_owner;

-- CREATE CAST
CREATE FUNCTION cmd.to_point3(int8) RETURNS cmd.point3 LANGUAGE sql IMMUTABLE AS 'SELECT NULL::cmd.point3';
CREATE FUNCTION cmd.percent_to(cmd.level, int, boolean) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (int8 AS cmd.point3) WITH FUNCTION cmd.to_point3(int8) AS IMPLICIT;
CREATE CAST (cmd.level AS int) WITH FUNCTION cmd.percent_to(cmd.level, int, boolean) AS ASSIGNMENT;
CREATE CAST (cmd.money2 AS int8) WITHOUT FUNCTION;
CREATE CAST (cmd.state AS cmd.level) WITH INOUT AS IMPLICIT;
CREATE CAST (bigint AS text) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (int8 AS cmd.point3) IS 'a cast';

-- CREATE TRANSFORM
CREATE TRANSFORM FOR cmd.money2 LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION cmd.money2_recv(internal));
CREATE TRANSFORM FOR smallint LANGUAGE cmd_lang (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE TRANSFORM FOR bigint LANGUAGE sql (TO SQL WITH FUNCTION int8recv(internal));
COMMENT ON TRANSFORM FOR smallint LANGUAGE cmd_lang IS 'a transform';

-- CREATE TEXT SEARCH PARSER, TEMPLATE, DICTIONARY, CONFIGURATION
CREATE TEXT SEARCH PARSER cmd.parse (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH PARSER cmd.parse_head (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH PARSER cmd."Parse" (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE cmd.tmpl (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH TEMPLATE cmd.tmpl_no_init (LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH TEMPLATE cmd."Tmpl" (INIT = dsynonym_init, LEXIZE = dsynonym_lexize);
CREATE TEXT SEARCH DICTIONARY cmd.dict (TEMPLATE = snowball, LANGUAGE = russian, STOPWORDS = russian);
CREATE TEXT SEARCH DICTIONARY cmd.dict_plain (TEMPLATE = cmd.tmpl);
CREATE TEXT SEARCH DICTIONARY cmd."Dict" (TEMPLATE = simple, ACCEPT = false, STOPWORDS = 'english');
CREATE TEXT SEARCH CONFIGURATION cmd.conf (PARSER = cmd.parse_head);
ALTER TEXT SEARCH CONFIGURATION cmd.conf ADD MAPPING FOR asciiword, word, hword WITH cmd.dict, cmd."Dict", simple;
CREATE TEXT SEARCH CONFIGURATION cmd.conf_copy (COPY = english);
CREATE TEXT SEARCH CONFIGURATION cmd."Conf" (PARSER = "default");
COMMENT ON TEXT SEARCH PARSER cmd.parse IS 'parser';
COMMENT ON TEXT SEARCH DICTIONARY cmd.dict IS 'dictionary';
COMMENT ON TEXT SEARCH TEMPLATE cmd.tmpl IS 'template';
COMMENT ON TEXT SEARCH CONFIGURATION cmd.conf IS 'configuration';
ALTER TEXT SEARCH DICTIONARY cmd.dict OWNER TO app_owner;
ALTER TEXT SEARCH CONFIGURATION cmd."Conf" OWNER TO app_owner;

-- CREATE TABLE
CREATE TABLE cmd.t_all (
    id bigint GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT 2 MINVALUE 2 MAXVALUE 1000 CACHE 3 CYCLE) PRIMARY KEY,
    always int GENERATED ALWAYS AS IDENTITY,
    num serial,
    a text COLLATE cmd.icu_numeric DEFAULT 'x' NOT NULL CONSTRAINT a_is_short CHECK (length(a) < 100),
    b cmd.percent DEFAULT 3 UNIQUE USING INDEX TABLESPACE pg_default,
    c text GENERATED ALWAYS AS (a || 'c') STORED,
    d timestamp(0) with time zone DEFAULT CURRENT_TIMESTAMP,
    e interval hour to minute, f bit(3) DEFAULT B'101', g char(7), h varchar, i numeric, j numeric(7,2), k time(3), l "char", m bpchar,
    n cmd.state[][3] DEFAULT ARRAY['new'::cmd.state], o cmd.named, p cmd.spans, q xml, r jsonpath, s pg_lsn, t name, u oid, v regclass,
    w cmd.words(20), x cmd.money2[], y cmd.pair, z cmd3.gtrgm,
    CONSTRAINT ab UNIQUE (a, b) INCLUDE (d) WITH (fillfactor = 50) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT together CHECK (a <> '' OR b > 1) NO INHERIT,
    CONSTRAINT apart EXCLUDE USING gist (b cmd.gist_numeric_ops WITH =, int8range(id, id + 1) WITH &&) WHERE (b > 0) DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 60, parallel_workers = 3, autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_enabled = off, toast_tuple_target = 4000, vacuum_truncate = false);
ALTER TABLE cmd.t_all ALTER a SET STORAGE EXTERNAL, ALTER h SET STORAGE MAIN, ALTER h SET COMPRESSION pglz, ALTER b SET STATISTICS 0,
    ALTER d SET (n_distinct = -0.25, n_distinct_inherited = 4), ALTER x SET STATISTICS 10000;
COMMENT ON TABLE cmd.t_all IS 'all';
COMMENT ON COLUMN cmd.t_all.c IS 'generated';
COMMENT ON CONSTRAINT apart ON cmd.t_all IS 'apart';
COMMENT ON CONSTRAINT a_is_short ON cmd.t_all IS 'short';
GRANT SELECT (a, b), UPDATE (b), REFERENCES (id) ON cmd.t_all TO app_reader WITH GRANT OPTION;
GRANT TRUNCATE, TRIGGER ON cmd.t_all TO app_owner;
CREATE TABLE cmd.t_parent (b cmd.percent NOT NULL, own text, CHECK (own <> ''));
SET ROLE app_reader;
GRANT SELECT (a), REFERENCES (id) ON cmd.t_all TO app_owner WITH GRANT OPTION;
SET ROLE app_owner;
GRANT SELECT (a) ON cmd.t_all TO PUBLIC;
RESET ROLE;
GRANT USAGE ON SEQUENCE cmd.t_all_id_seq TO app_reader WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION cmd.a_all(int8), cmd."A star"() TO app_reader WITH GRANT OPTION;
SET ROLE app_reader;
GRANT USAGE ON SEQUENCE cmd.t_all_id_seq TO app_owner;
GRANT EXECUTE ON FUNCTION cmd.a_all(int8), cmd."A star"() TO app_owner;
RESET ROLE;
CREATE TABLE cmd.t_child (extra int, a text COLLATE cmd.icu_numeric DEFAULT 'child') INHERITS (cmd.t_all, cmd.t_parent) WITH (fillfactor = 30);
CREATE TABLE cmd.t_like (LIKE cmd.t_all INCLUDING ALL EXCLUDING COMMENTS, last int);
CREATE TABLE cmd.t_of OF cmd.named (name WITH OPTIONS PRIMARY KEY DEFAULT 'n', many WITH OPTIONS CHECK (many IS NOT NULL));
CREATE UNLOGGED TABLE cmd.t_unlogged (id int PRIMARY KEY, n serial) WITH (autovacuum_enabled = false);
CREATE TABLE cmd.t_heap (a int) USING cmd_heap;
CREATE TABLE cmd.t_nothing ();
CREATE TABLE cmd."T ""quoted"", all" ("a ""b""" int PRIMARY KEY, "ü;" text, "select" int CHECK ("select" > 0), "%" int, "\" int);
CREATE TABLE cmd.t_ref (
    id int PRIMARY KEY, up int REFERENCES cmd.t_ref ON DELETE CASCADE, a text, b cmd.percent,
    to_all bigint CONSTRAINT to_all_key REFERENCES cmd.t_all (id) ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    dflt int DEFAULT 1 REFERENCES cmd."T ""quoted"", all" ON DELETE SET DEFAULT ON UPDATE RESTRICT,
    x int, y int)
;
CREATE TABLE cmd.t_ref2 (x int, y int, PRIMARY KEY (x, y) DEFERRABLE INITIALLY DEFERRED, UNIQUE (y, x));
ALTER TABLE cmd.t_ref ADD CONSTRAINT full_key FOREIGN KEY (x, y) REFERENCES cmd.t_ref2 (y, x) MATCH FULL NOT VALID;
ALTER TABLE cmd.t_ref ADD CONSTRAINT not_valid CHECK (x > y) NOT VALID;
ALTER TABLE cmd.t_ref REPLICA IDENTITY FULL;
ALTER TABLE cmd.t_ref2 REPLICA IDENTITY USING INDEX t_ref2_y_x_key;
ALTER TABLE cmd.t_nothing OWNER TO app_owner;
REVOKE ALL ON cmd.t_nothing FROM app_owner;
CREATE TABLE cmd.t_range (id int, at date NOT NULL, v text DEFAULT 'v', PRIMARY KEY (id, at)) PARTITION BY RANGE (at, id int4_ops);
CREATE TABLE cmd.t_range_1 (v text, at date NOT NULL, id int NOT NULL, gone int);
ALTER TABLE cmd.t_range_1 DROP gone, ADD CONSTRAINT own CHECK (at < '2020-01-01');
ALTER TABLE cmd.t_range ATTACH PARTITION cmd.t_range_1 FOR VALUES FROM (MINVALUE, MINVALUE) TO ('2020-01-01', 5);
CREATE TABLE cmd.t_range_2 PARTITION OF cmd.t_range (v DEFAULT 'two', CONSTRAINT of_two CHECK (v <> 'one')) FOR VALUES FROM ('2020-01-01', 5) TO (MAXVALUE, MAXVALUE)
    PARTITION BY LIST (id);
CREATE TABLE cmd3.t_range_2_null PARTITION OF cmd.t_range_2 FOR VALUES IN (1, 2, 3) WITH (fillfactor = 33);
CREATE TABLE cmd3.t_range_2_rest PARTITION OF cmd.t_range_2 DEFAULT;
GRANT USAGE ON TYPE cmd.t_range TO app_reader WITH GRANT OPTION;
CREATE TABLE cmd.t_parted_identity (id bigint GENERATED ALWAYS AS IDENTITY, d date) PARTITION BY RANGE (d);
CREATE TABLE cmd.t_parted_identity_1 PARTITION OF cmd.t_parted_identity DEFAULT;
CREATE TABLE cmd.t_list (k cmd.state, t text COLLATE "C") PARTITION BY LIST (lower(t) COLLATE "POSIX" text_pattern_ops);
CREATE TABLE cmd.t_list_1 PARTITION OF cmd.t_list FOR VALUES IN (NULL, 'it''s', '"');
CREATE TABLE cmd.t_list_2 PARTITION OF cmd.t_list DEFAULT;
CREATE TABLE cmd.t_hash (u uuid NOT NULL, n int) PARTITION BY HASH (u);
CREATE TABLE cmd.t_hash_0 PARTITION OF cmd.t_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE cmd.t_hash_1 PARTITION OF cmd.t_hash FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE cmd.t_hash_3 PARTITION OF cmd.t_hash FOR VALUES WITH (MODULUS 4, REMAINDER 3);
CREATE TABLE cmd.t_to_parted (id int, at date, FOREIGN KEY (id, at) REFERENCES cmd.t_range ON DELETE CASCADE);
ALTER TABLE cmd.t_hash ADD FOREIGN KEY (n) REFERENCES cmd.t_ref;

-- CREATE TABLE AS
CREATE TABLE cmd.as_values (a, "B") AS VALUES (1, 'x'::text), (2, 'y');
CREATE TABLE cmd.as_select WITH (fillfactor = 20) AS SELECT id, a, n FROM cmd.t_all WITH NO DATA;
CREATE UNLOGGED TABLE cmd.as_unlogged AS TABLE cmd.t_ref;

-- CREATE INDEX
CREATE INDEX i_expr ON cmd.t_all (lower(a) COLLATE "C" text_pattern_ops DESC NULLS LAST, (b + 1)) INCLUDE (d) WITH (fillfactor = 44, deduplicate_items = off) WHERE a <> 'it''s';
CREATE UNIQUE INDEX "I unique" ON cmd.t_all (num, (id % 3));
CREATE INDEX i_gin ON cmd.t_all USING gin (a cmd3.gin_trgm_ops) WITH (fastupdate = off, gin_pending_list_limit = 128);
CREATE INDEX i_gist ON cmd.t_all USING gist (a cmd3.gist_trgm_ops (siglen = 32)) WITH (buffering = off);
CREATE INDEX i_brin ON cmd.t_all USING brin (d timestamptz_minmax_multi_ops (values_per_range = 16), id int8_bloom_ops (n_distinct_per_range = 100)) WITH (pages_per_range = 8, autosummarize = on);
CREATE INDEX i_hash ON cmd.t_all USING hash (h) WITH (fillfactor = 70);
CREATE INDEX i_spgist ON cmd.t_all USING spgist (h);
CREATE INDEX i_own_class ON cmd.t_all (id cmd.int8_ops);
CREATE INDEX i_own_method ON cmd.t_ref USING "Cmd hash" (id cmd.hash_ops_2);
CREATE INDEX i_parted ON cmd.t_range (v, at);
CREATE INDEX i_only ON ONLY cmd.t_range (v);
CREATE INDEX i_part_own ON cmd.t_range_1 (v COLLATE "C");
ALTER INDEX cmd.i_expr ALTER COLUMN 2 SET STATISTICS 77;
ALTER TABLE cmd.t_all CLUSTER ON i_own_class;
COMMENT ON INDEX cmd.i_gin IS 'trigrams';

-- CREATE STATISTICS
CREATE STATISTICS cmd.st_all ON a, b, d FROM cmd.t_all;
CREATE STATISTICS cmd.st_kinds (mcv, ndistinct, dependencies) ON num, always FROM cmd.t_all;
CREATE STATISTICS cmd."St expr" (mcv) ON lower(a), (id % 2), b FROM cmd.t_all;
CREATE STATISTICS cmd.st_one ON (b * 2) FROM cmd.t_all;
ALTER STATISTICS cmd.st_all SET STATISTICS 50;
COMMENT ON STATISTICS cmd.st_all IS 'statistics';
ALTER STATISTICS cmd.st_kinds OWNER TO app_owner;

-- CREATE VIEW
CREATE VIEW cmd.v_plain AS SELECT id, a AS "A", n FROM cmd.t_all WHERE b > 3 OR a = ANY (ARRAY['x', 'y']);
CREATE VIEW cmd.v_options ("X", y) WITH (security_barrier) AS SELECT id, a FROM cmd.t_all WITH LOCAL CHECK OPTION;
CREATE VIEW cmd.v_check WITH (check_option = cascaded) AS SELECT * FROM cmd.v_options WHERE "X" > 0;
CREATE RECURSIVE VIEW cmd.v_recursive (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM v_recursive WHERE n < 9;
CREATE VIEW cmd.v_rich AS
    WITH w AS MATERIALIZED (SELECT id, a, row_number() OVER (PARTITION BY a ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS rn FROM cmd.t_all)
    SELECT w.id, w.a, r.up, GROUPING(w.id) AS gr, count(*) FILTER (WHERE w.rn > 1) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY w.rn) AS p
    FROM w LEFT JOIN cmd.t_ref r USING (id) CROSS JOIN LATERAL ROWS FROM (generate_series(1, 2), unnest(ARRAY['a', 'b'])) WITH ORDINALITY AS f (x, y, z)
    GROUP BY GROUPING SETS ((w.id, w.a, r.up), ()) HAVING count(*) > 0 ORDER BY 1 DESC NULLS LAST OFFSET 1 FETCH FIRST 3 ROWS WITH TIES;
CREATE VIEW cmd.v_grouped AS SELECT t.id, t.a, t.b, count(*) AS n FROM cmd.t_ref t GROUP BY t.id;
CREATE VIEW cmd.v_sample AS SELECT * FROM cmd.t_ref TABLESAMPLE bernoulli (10) REPEATABLE (3);
CREATE VIEW cmd.v_xml AS SELECT xmlelement(name "E", xmlattributes(a AS "at"), h) AS x, a COLLATE "C" AS c, d AT TIME ZONE 'UTC' AS u, b::int::text || 'ü' AS t FROM cmd.t_all;
COMMENT ON VIEW cmd.v_plain IS 'plain';
COMMENT ON COLUMN cmd.v_options."X" IS 'x';
ALTER VIEW cmd.v_plain ALTER COLUMN n SET DEFAULT ARRAY['done'::cmd.state];
ALTER VIEW cmd.v_check OWNER TO app_owner;
GRANT SELECT ("A"), INSERT (id) ON cmd.v_plain TO app_reader;

-- CREATE MATERIALIZED VIEW
CREATE MATERIALIZED VIEW cmd.mv_plain AS SELECT id, "A" FROM cmd.v_plain;
CREATE MATERIALIZED VIEW cmd.mv_options (x, "Y") USING cmd_heap WITH (fillfactor = 40, autovacuum_enabled = false) AS SELECT id, a FROM cmd.t_all WITH NO DATA;
CREATE MATERIALIZED VIEW cmd."Mv on mv" AS SELECT count(*) AS n FROM cmd.mv_plain;
CREATE UNIQUE INDEX mv_key ON cmd.mv_plain (id) WITH (fillfactor = 90);
ALTER MATERIALIZED VIEW cmd.mv_plain CLUSTER ON mv_key;
ALTER MATERIALIZED VIEW cmd.mv_plain ALTER COLUMN "A" SET STATISTICS 5, ALTER COLUMN "A" SET STORAGE EXTERNAL;
COMMENT ON MATERIALIZED VIEW cmd.mv_plain IS 'filled';
COMMENT ON COLUMN cmd.mv_plain."A" IS 'a';
ALTER MATERIALIZED VIEW cmd."Mv on mv" OWNER TO app_owner;
GRANT SELECT ON cmd.mv_plain TO app_reader;

-- CREATE RULE
CREATE RULE r_nothing AS ON DELETE TO cmd.t_ref WHERE old.id > 5 DO INSTEAD NOTHING;
CREATE RULE "R many" AS ON UPDATE TO cmd.t_ref DO ALSO (INSERT INTO cmd.t_ref2 VALUES (new.x, old.y); DELETE FROM cmd.t_ref2 WHERE x = old.x);
CREATE RULE r_view AS ON INSERT TO cmd.v_grouped DO INSTEAD INSERT INTO cmd.t_ref (id, a) VALUES (new.id, new.a) RETURNING id, a, b, 1::bigint;
CREATE RULE r_notify AS ON INSERT TO cmd.t_ref2 DO NOTIFY "Channel", 'it''s';
ALTER TABLE cmd.t_ref DISABLE RULE r_nothing;
ALTER TABLE cmd.t_ref ENABLE REPLICA RULE "R many";
ALTER TABLE cmd.t_ref2 ENABLE ALWAYS RULE r_notify;
COMMENT ON RULE r_view ON cmd.v_grouped IS 'a rule';

-- CREATE TRIGGER
CREATE FUNCTION cmd.on_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER tg_before BEFORE INSERT OR UPDATE OF a, "n" ON cmd.t_all FOR EACH ROW WHEN (new.a IS DISTINCT FROM 'it''s') EXECUTE FUNCTION cmd.on_row('a', 'it''s', '\x');
CREATE TRIGGER "Tg statement" AFTER UPDATE ON cmd.t_ref REFERENCING OLD TABLE AS "O" NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION cmd.on_row();
CREATE CONSTRAINT TRIGGER tg_constraint AFTER DELETE ON cmd.t_ref FROM cmd.t_ref2 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cmd.on_row();
CREATE TRIGGER tg_instead INSTEAD OF UPDATE OR DELETE ON cmd.v_plain FOR EACH ROW EXECUTE FUNCTION cmd.on_row();
CREATE TRIGGER tg_truncate BEFORE TRUNCATE ON cmd.t_ref FOR EACH STATEMENT EXECUTE FUNCTION cmd.on_row();
CREATE TRIGGER tg_parted AFTER INSERT ON cmd.t_range FOR EACH ROW EXECUTE FUNCTION cmd.on_row();
CREATE TRIGGER tg_part AFTER INSERT ON cmd.t_range_1 FOR EACH ROW EXECUTE FUNCTION cmd.on_row();
ALTER TABLE cmd.t_all DISABLE TRIGGER tg_before;
ALTER TABLE cmd.t_ref ENABLE REPLICA TRIGGER tg_truncate;
ALTER TABLE cmd.t_ref ENABLE ALWAYS TRIGGER "Tg statement";
ALTER TABLE cmd.t_range_2 DISABLE TRIGGER tg_parted;
COMMENT ON TRIGGER tg_before ON cmd.t_all IS 'before';

ALTER TRIGGER tg_truncate ON cmd.t_ref DEPENDS ON EXTENSION pg_trgm;
ALTER FUNCTION cmd.f_all DEPENDS ON EXTENSION pgcrypto;
ALTER PROCEDURE cmd."P ""x""" DEPENDS ON EXTENSION pgcrypto;
ALTER INDEX cmd.i_gin DEPENDS ON EXTENSION pg_trgm;
ALTER MATERIALIZED VIEW cmd.mv_plain DEPENDS ON EXTENSION pg_trgm;

-- CREATE POLICY
CREATE POLICY po_all ON cmd.t_all USING (a = CURRENT_USER) WITH CHECK (b > 0);
CREATE POLICY "Po restrictive" ON cmd.t_all AS RESTRICTIVE FOR DELETE TO app_owner, app_reader USING (EXISTS (SELECT FROM cmd.t_ref r WHERE r.a = t_all.a));
CREATE POLICY po_insert ON cmd.t_ref FOR INSERT TO CURRENT_USER WITH CHECK (cmd.f_return(a, ARRAY['x']));
CREATE POLICY po_select ON cmd.t_ref FOR SELECT TO PUBLIC USING (true);
ALTER TABLE cmd.t_all ENABLE ROW LEVEL SECURITY;
ALTER TABLE cmd.t_all FORCE ROW LEVEL SECURITY;
COMMENT ON POLICY po_all ON cmd.t_all IS 'policy';

-- CREATE FOREIGN DATA WRAPPER, SERVER, USER MAPPING, FOREIGN TABLE, PUBLICATION: never migrated
CREATE FOREIGN DATA WRAPPER w_plain;
CREATE FOREIGN DATA WRAPPER w_options OPTIONS (debug 'true');
CREATE FOREIGN DATA WRAPPER "W" NO HANDLER NO VALIDATOR;
CREATE SERVER s_plain FOREIGN DATA WRAPPER w_plain;
CREATE SERVER s_options TYPE 'x' VERSION '1' FOREIGN DATA WRAPPER w_plain OPTIONS (host 'a', "Port" '1');
CREATE SERVER "S" FOREIGN DATA WRAPPER "W";
CREATE USER MAPPING FOR app_reader SERVER s_plain;
CREATE USER MAPPING FOR PUBLIC SERVER s_plain OPTIONS ("user" 'x');
CREATE USER MAPPING FOR CURRENT_USER SERVER s_options;
CREATE FOREIGN TABLE cmd.ft_plain (a int) SERVER s_plain;
CREATE FOREIGN TABLE cmd.ft_options (a int OPTIONS (c 'x') NOT NULL, b text DEFAULT 'b' CHECK (b <> '')) SERVER s_plain OPTIONS (t 'y');
CREATE FOREIGN TABLE cmd."Ft" () SERVER "S";
CREATE PUBLICATION pub_all FOR ALL TABLES WITH (publish = 'insert');
CREATE PUBLICATION pub_table FOR TABLE cmd.t_ref WITH (publish_via_partition_root);
CREATE PUBLICATION "Pub";

-- CREATE EVENT TRIGGER
CREATE FUNCTION cmd.on_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER ev_start ON ddl_command_start WHEN TAG IN ('CREATE SERVER', 'DROP VIEW') EXECUTE FUNCTION cmd.on_event();
CREATE EVENT TRIGGER "Ev drop" ON sql_drop EXECUTE FUNCTION cmd.on_event();
CREATE EVENT TRIGGER ev_rewrite ON table_rewrite EXECUTE FUNCTION cmd.on_event();
CREATE EVENT TRIGGER ev_end ON ddl_command_end WHEN TAG IN ('CREATE SERVER') EXECUTE FUNCTION cmd.on_event();
ALTER EVENT TRIGGER "Ev drop" DISABLE;
ALTER EVENT TRIGGER ev_rewrite ENABLE REPLICA;
ALTER EVENT TRIGGER ev_start ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER ev_start IS 'start';

-- 15
CREATE UNIQUE INDEX i_nulls ON cmd.t_ref (x, y) NULLS NOT DISTINCT;
ALTER TABLE cmd.t_ref2 ADD CONSTRAINT nulls UNIQUE NULLS NOT DISTINCT (y) INCLUDE (x);
ALTER TABLE cmd.t_to_parted ADD n int, ADD CONSTRAINT some_null FOREIGN KEY (id, n) REFERENCES cmd.t_ref2 (x, y) ON DELETE SET NULL (n);
CREATE VIEW cmd.v_invoker WITH (security_invoker = true, security_barrier = false) AS SELECT id FROM cmd.t_ref;
CREATE SEQUENCE cmd.seq_of_15 AS int;
CREATE UNLOGGED SEQUENCE cmd.seq_unlogged;
CREATE TABLE cmd.t_numeric (a numeric(3,5), b numeric(2,-3));

-- 16
CREATE TABLE cmd.t_storage (a text STORAGE EXTERNAL COMPRESSION pglz, b text STORAGE DEFAULT);
CREATE COLLATION cmd.icu_rules (provider = icu, locale = 'und', rules = '& a < g');
CREATE VIEW cmd.v_json AS SELECT JSON_OBJECT('a' : a, 'b' VALUE b NULL ON NULL WITH UNIQUE KEYS) AS o, JSON_ARRAY(a, b) AS l, a IS JSON OBJECT AS i FROM cmd.t_ref;
CREATE VIEW cmd.v_system_user AS SELECT SYSTEM_USER AS u;

-- 17
CREATE COLLATION cmd.builtin_c (provider = builtin, locale = 'C');
CREATE COLLATION cmd.builtin_utf8 (provider = builtin, locale = 'C.UTF-8');
CREATE TABLE cmd.t_parted_am (d date) PARTITION BY RANGE (d) USING cmd_heap;
ALTER TABLE cmd.t_ref ALTER COLUMN a SET STATISTICS DEFAULT;
CREATE FUNCTION cmd.f_merge() RETURNS SETOF int LANGUAGE sql BEGIN ATOMIC
    MERGE INTO cmd.as_values t USING cmd.t_ref s ON t.a = s.x WHEN MATCHED AND s.y > 1 THEN DELETE WHEN NOT MATCHED BY SOURCE THEN UPDATE SET a = 3
        WHEN NOT MATCHED THEN INSERT VALUES (s.x, s.a) RETURNING t.a; END;
CREATE VIEW cmd.v_json_table AS SELECT * FROM JSON_TABLE('[1]'::jsonb, '$[*]' COLUMNS (n FOR ORDINALITY, v int PATH '$' DEFAULT 3 ON EMPTY, NESTED PATH '$.x' COLUMNS (y text EXISTS)));
CREATE VIEW cmd.v_json_functions AS SELECT JSON_VALUE('{}'::jsonb, '$.a' RETURNING int DEFAULT 1 ON EMPTY) AS v, JSON_QUERY('[]'::jsonb, '$' WITH WRAPPER KEEP QUOTES) AS q, JSON_EXISTS('[]'::jsonb, '$.b' TRUE ON ERROR) AS e, JSON('{}') AS j;
CREATE EVENT TRIGGER ev_login ON login EXECUTE FUNCTION cmd.on_event();
ALTER EVENT TRIGGER ev_login DISABLE;
GRANT MAINTAIN ON cmd.t_ref TO app_reader;

-- 18
CREATE TABLE cmd.t_virtual (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL, c int GENERATED ALWAYS AS (a * 3), CONSTRAINT b_small CHECK (b < 100));
CREATE TABLE cmd.t_temporal (id int, during daterange, CONSTRAINT temporal_key PRIMARY KEY (id, during WITHOUT OVERLAPS), n int CONSTRAINT n_given NOT NULL);
CREATE TABLE cmd.t_temporal_ref (id int, r int, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS),
    CONSTRAINT temporal_ref FOREIGN KEY (r, PERIOD during) REFERENCES cmd.t_temporal (id, PERIOD during), UNIQUE (r, during WITHOUT OVERLAPS));
CREATE TABLE cmd.t_not_enforced (a int CHECK (a > 0) NOT ENFORCED, b int CONSTRAINT fk_not_enforced REFERENCES cmd.t_ref NOT ENFORCED);
CREATE TABLE cmd.t_not_null (a int CONSTRAINT "a; given" NOT NULL NO INHERIT, b int, c int NOT NULL);
ALTER TABLE cmd.t_not_null ADD CONSTRAINT b_given NOT NULL b NOT VALID;
COMMENT ON CONSTRAINT b_given ON cmd.t_not_null IS 'not yet';
CREATE TABLE cmd.t_not_null_child () INHERITS (cmd.t_not_null);
CREATE TABLE cmd.t_parted_fk (a int, b int) PARTITION BY LIST (a);
CREATE TABLE cmd.t_parted_fk_1 PARTITION OF cmd.t_parted_fk FOR VALUES IN (1);
ALTER TABLE cmd.t_parted_fk ADD CONSTRAINT parted_fk FOREIGN KEY (b) REFERENCES cmd.t_ref NOT VALID;
ALTER TABLE cmd.t_to_parted ADD CONSTRAINT late_fk FOREIGN KEY (n) REFERENCES cmd.t_ref NOT ENFORCED;
CREATE COLLATION cmd.builtin_unicode (provider = builtin, locale = 'PG_UNICODE_FAST');
CREATE FOREIGN TABLE cmd.ft_like (LIKE cmd.t_ref) SERVER s_plain;
CREATE FUNCTION cmd.f_returning() RETURNS SETOF int LANGUAGE sql BEGIN ATOMIC UPDATE cmd.t_ref SET x = 1 RETURNING WITH (OLD AS o, NEW AS n) o.x + n.x; END;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO app_reader;
CREATE PUBLICATION pub_generated FOR TABLE cmd.t_virtual WITH (publish_generated_columns = stored);
