-- What everything.sql lacks of the kinds that pg_dump knows, and the forms that are easily lost. Runs after it, on PostgreSQL 14 or later.

-- objects without a schema
CREATE TRUSTED LANGUAGE plmine HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
COMMENT ON LANGUAGE plmine IS 'mine';
CREATE ACCESS METHOD other_heap TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD other_heap IS 'another name';
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE CAST (integer AS text) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (integer AS text) IS 'between types of the server';
CREATE CAST (public.address AS text) WITH INOUT;

-- a base type, whose functions need its shell
CREATE TYPE public.cents;
CREATE FUNCTION public.cents_in(cstring) RETURNS public.cents LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION public.cents_out(public.cents) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE public.cents (INPUT = public.cents_in, OUTPUT = public.cents_out, LIKE = integer, CATEGORY = 'N');
COMMENT ON TYPE public.cents IS 'a base type';
CREATE TYPE public.only_a_shell;
CREATE CAST (public.cents AS integer) WITHOUT FUNCTION AS IMPLICIT;
CREATE CONVERSION public.from_latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
COMMENT ON CONVERSION public.from_latin IS 'a conversion';
CREATE TEXT SEARCH PARSER public.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE public.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
COMMENT ON TEXT SEARCH TEMPLATE public.template IS 'a template';

-- routines with awkward names and bodies
CREATE FUNCTION public.keep("json" json, "order" int DEFAULT 1) RETURNS json LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION public.shape("interval" interval, OUT "table" text, VARIADIC "default" text[]) LANGUAGE sql AS 'SELECT $1::text';
CREATE PROCEDURE public.nothing_to_do() LANGUAGE sql AS '';
CREATE FUNCTION public.none() RETURNS void LANGUAGE sql AS '';
CREATE PROCEDURE public.pay(INOUT a int, b int) LANGUAGE plpgsql AS 'BEGIN a := b; END';
CREATE PROCEDURE public.pay(INOUT a int, INOUT b int, c int) LANGUAGE plpgsql AS 'BEGIN a := b; END';
CREATE PROCEDURE public.pay(OUT x int, IN a int, IN b int, IN c text) LANGUAGE plpgsql AS 'BEGIN x := a; END';
COMMENT ON PROCEDURE public.pay(OUT int, IN int, IN int, IN text) IS 'with an output argument';
ALTER PROCEDURE public.pay(OUT int, IN int, IN int, IN text) OWNER TO app_owner;
GRANT EXECUTE ON PROCEDURE public.pay(INOUT int, int) TO app_reader;
CREATE FUNCTION public.my_row_number() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE STRICT AS 'window_row_number';
CREATE AGGREGATE public.my_percentile(double precision ORDER BY double precision) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE FUNCTION public."odd name; 'x'"("A b" text) RETURNS text LANGUAGE sql SET search_path = '' AS $x$ SELECT "A b" || ';$$' $x$;
CREATE FUNCTION public.in_plmine() RETURNS integer LANGUAGE plmine AS 'BEGIN RETURN 1; END';

-- bodies and views that need a key
CREATE TABLE public.counter (name text CONSTRAINT counter_key PRIMARY KEY, n bigint NOT NULL DEFAULT 0);
CREATE TABLE public.lookup (id int PRIMARY KEY, code text CONSTRAINT lookup_code UNIQUE);
CREATE PROCEDURE public.bump(who text) LANGUAGE sql BEGIN ATOMIC INSERT INTO public.counter AS c VALUES (who, 1) ON CONFLICT ON CONSTRAINT counter_key DO UPDATE SET n = c.n + 1; END;
CREATE FUNCTION public.see(t text) RETURNS void LANGUAGE sql BEGIN ATOMIC INSERT INTO public.lookup SELECT 1, t ON CONFLICT ON CONSTRAINT lookup_code DO NOTHING; END;
CREATE FUNCTION public.per_name() RETURNS TABLE (name text, n bigint) LANGUAGE sql STABLE BEGIN ATOMIC SELECT c.name, c.n FROM public.counter c GROUP BY c.name; END;
CREATE VIEW public.names AS SELECT * FROM public.per_name();
CREATE MATERIALIZED VIEW public.grouped AS SELECT c.name, c.n FROM public.counter c GROUP BY c.name;
CREATE UNIQUE INDEX grouped_name ON public.grouped (name);

-- circles
CREATE VIEW public.circle_a AS SELECT 1 AS x;
CREATE VIEW public.circle_b AS SELECT x FROM public.circle_a;
CREATE OR REPLACE VIEW public.circle_a AS SELECT x FROM public.circle_b;
CREATE TABLE public.self (id int PRIMARY KEY, n bigint DEFAULT 0);
CREATE FUNCTION public.self_count() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM public.self; END;
ALTER TABLE public.self ALTER n SET DEFAULT public.self_count();

-- domains and checks that are not valid or look elsewhere
CREATE DOMAIN public.mail AS text;
CREATE TABLE public.member (id int PRIMARY KEY, mail public.mail, n int DEFAULT 0);
INSERT INTO public.member VALUES (1, 'nobody');
ALTER DOMAIN public.mail ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%') NOT VALID;
COMMENT ON CONSTRAINT has_at ON DOMAIN public.mail IS 'not yet';
CREATE TABLE public.country (code text PRIMARY KEY, name text NOT NULL);
CREATE FUNCTION public.country_known(c text) RETURNS boolean LANGUAGE sql STABLE SET search_path = public AS 'SELECT EXISTS (SELECT 1 FROM country WHERE code = c)';
CREATE DOMAIN public.country_code AS text CONSTRAINT known CHECK (public.country_known(VALUE)) CONSTRAINT "two, letters" CHECK (length(VALUE) = 2);
COMMENT ON CONSTRAINT known ON DOMAIN public.country_code IS 'looks elsewhere';
CREATE TABLE public.travel (id bigint PRIMARY KEY, country text NOT NULL CONSTRAINT country_is_known CHECK (public.country_known(country)), via public.country_code);
CREATE DOMAIN public.boxed AS text CONSTRAINT known CHECK (public.country_known(VALUE));
CREATE TABLE public.boxes (id int PRIMARY KEY, codes public.boxed[]);
CREATE TABLE public.checks (a text CONSTRAINT "CHECK (1), 'x' ""y""" CHECK (a <> 'CONSTRAINT c CHECK (1), '), b text DEFAULT ')(, CONSTRAINT z CHECK (', CHECK (a <> E'\\\'' OR b = '"'));
CREATE TABLE public.p (f int);
CREATE TABLE public.c () INHERITS (public.p);
CREATE TABLE public.d () INHERITS (public.p);
INSERT INTO public.c VALUES (-1);
ALTER TABLE public.p ADD CONSTRAINT positive CHECK (f > 0) NOT VALID;
COMMENT ON CONSTRAINT positive ON public.c IS 'comment on an inherited check';
ALTER TABLE public.d VALIDATE CONSTRAINT positive;
ALTER TABLE public.p ADD CONSTRAINT own_only CHECK (f > -100) NO INHERIT;
CREATE TABLE public.typed_checked OF public.address (CHECK ("Nr." > 0));

-- names
CREATE TABLE public."""dq""" (id int PRIMARY KEY, """hel""lo""" text, "a.b" int, " x " int CONSTRAINT "a ""b"" c" CHECK (" x " > 0));
CREATE INDEX "an ""index""" ON public."""dq""" ("a.b");
CREATE SEQUENCE public." ";
CREATE VIEW public."." AS SELECT 1 AS "'";

-- sequences and identities
CREATE SCHEMA ids;
CREATE SEQUENCE ids.global_id START 100;
CREATE TABLE public.client (id bigint PRIMARY KEY DEFAULT nextval('ids.global_id'), name text);
CREATE UNLOGGED TABLE public.was (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n int);
ALTER TABLE public.was SET LOGGED;
CREATE TABLE public.numbers (id int GENERATED BY DEFAULT AS IDENTITY (START 7 INCREMENT 3 MAXVALUE 1000 CYCLE), s smallserial);
ALTER SEQUENCE public.numbers_id_seq RENAME TO "renamed Seq";
ALTER SEQUENCE public."renamed Seq" OWNER TO postgres;

-- storage
CREATE TABLE public.stored (a int, b text) USING other_heap WITH (fillfactor = 40);
CREATE TABLE public.fixed (nb int GENERATED ALWAYS AS (1) STORED);

-- rights given by others than the owner
CREATE TABLE public.lent (id int PRIMARY KEY, v text);
GRANT SELECT ON public.lent TO app_owner WITH GRANT OPTION;
SET ROLE app_owner;
GRANT SELECT ON public.lent TO app_reader;
RESET ROLE;
REVOKE ALL ON public.lent FROM postgres;
GRANT SELECT (v) ON public.lent TO PUBLIC;
GRANT USAGE ON TYPE public.cents TO app_reader;
REVOKE USAGE ON LANGUAGE plmine FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ext.akeys(ext.hstore) TO app_reader;
REVOKE EXECUTE ON FUNCTION ext.avals(ext.hstore) FROM PUBLIC;
COMMENT ON EXTENSION citext IS 'a comment of our own';
COMMENT ON SCHEMA public IS 'the schema of everybody';
CREATE EVENT TRIGGER watch_end ON ddl_command_end EXECUTE FUNCTION helpers.on_ddl();
COMMENT ON EVENT TRIGGER watch_end IS 'watches';
ALTER EVENT TRIGGER watch_end ENABLE ALWAYS;
CREATE EVENT TRIGGER watch_drop ON sql_drop WHEN TAG IN ('DROP TABLE', 'DROP VIEW') EXECUTE FUNCTION helpers.on_ddl();
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO app_reader;

-- never migrated
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER far FOREIGN DATA WRAPPER nowhere OPTIONS (host 'far.example');
CREATE USER MAPPING FOR app_reader SERVER far OPTIONS (password 'a secret of the mapping');
CREATE FOREIGN TABLE public.far_away (id int) SERVER far;
CREATE VIEW public.on_far_away AS SELECT id FROM public.far_away;
CREATE PUBLICATION announced FOR TABLE public.item;
CREATE PUBLICATION nothing_published;
