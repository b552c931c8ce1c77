-- A database with one of everything that the structure is carried of.
CREATE EXTENSION btree_gist;
CREATE SCHEMA ext;
CREATE EXTENSION hstore SCHEMA ext;
CREATE EXTENSION citext;

CREATE SCHEMA "Verkauf ä";
COMMENT ON SCHEMA "Verkauf ä" IS 'it''s a schema; with \ and ü';
CREATE SCHEMA helpers;
GRANT USAGE ON SCHEMA helpers TO app_reader;
GRANT ALL ON SCHEMA "Verkauf ä" TO app_owner WITH GRANT OPTION;

-- types
CREATE TYPE public.mood AS ENUM ('sad', 'it''s ok', 'häppy');
COMMENT ON TYPE public.mood IS 'moods';
CREATE TYPE "Verkauf ä".mood AS ENUM ('other', 'same name');
CREATE DOMAIN public.positive AS integer DEFAULT 1 NOT NULL CONSTRAINT above_zero CHECK (VALUE > 0);
CREATE DOMAIN public.small_positive AS public.positive CHECK (VALUE < 1000);
COMMENT ON DOMAIN public.small_positive IS 'a domain over a domain';
COMMENT ON CONSTRAINT above_zero ON DOMAIN public.positive IS 'constraint of a domain';
CREATE COLLATION public.german (provider = icu, locale = 'de-x-icu');
CREATE COLLATION public.caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE public.address AS (street text COLLATE "C", "Nr." integer, tags text[]);
COMMENT ON COLUMN public.address.street IS 'a street';
CREATE TYPE public.float_span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE public.text_span AS RANGE (subtype = text, collation = "C");
CREATE DOMAIN public.addresses AS public.address[];

-- functions
CREATE FUNCTION public.plus_one(i integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT i + 1';
COMMENT ON FUNCTION public.plus_one(integer) IS 'adds one';
CREATE FUNCTION public.plus_one(i bigint) RETURNS bigint LANGUAGE sql IMMUTABLE COST 7 RETURN i + 1;
CREATE FUNCTION helpers.next_code(prefix text DEFAULT 'A;B') RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp' SET work_mem TO '8MB' AS $function$
BEGIN
    -- a comment; with a semicolon and $$ dollars
    RETURN prefix || '-' || floor(random() * 1000)::text;
END;
$function$;
REVOKE ALL ON FUNCTION helpers.next_code(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION helpers.next_code(text) TO app_reader;
CREATE FUNCTION public.is_fine(m public.mood, VARIADIC rest text[] DEFAULT '{}'::text[]) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT m <> 'sad'::public.mood $$;
CREATE FUNCTION public.pairs(n integer, OUT a integer, OUT b text) RETURNS SETOF record LANGUAGE sql ROWS 5
    BEGIN ATOMIC SELECT g, g::text FROM generate_series(1, n) AS g; END;
CREATE FUNCTION public.lower_code(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)';
CREATE FUNCTION public.a_table(n integer) RETURNS TABLE (x integer, y text) LANGUAGE sql STABLE LEAKPROOF AS 'SELECT n, n::text';
CREATE PROCEDURE public.do_nothing(INOUT n integer) LANGUAGE plpgsql AS 'BEGIN n := n + 1; END';
COMMENT ON PROCEDURE public.do_nothing(integer) IS 'does little';
CREATE FUNCTION public.add_squares(state numeric, value numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT state + value * value';
CREATE AGGREGATE public.sum_of_squares(numeric) (SFUNC = public.add_squares, STYPE = numeric, INITCOND = '0');
COMMENT ON AGGREGATE public.sum_of_squares(numeric) IS 'squares';
CREATE FUNCTION public.same_mood(a public.mood, b public.mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a = b';
CREATE OPERATOR public.=~= (LEFTARG = public.mood, RIGHTARG = public.mood, FUNCTION = public.same_mood, COMMUTATOR = OPERATOR(public.=~=));
CREATE FUNCTION public.mood_number(public.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (public.mood AS integer) WITH FUNCTION public.mood_number(public.mood) AS ASSIGNMENT;
COMMENT ON CAST (public.mood AS integer) IS 'a cast';

CREATE FUNCTION public.mood_compare(public.mood, public.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE OPERATOR FAMILY public.mood_family USING btree;
CREATE OPERATOR CLASS public.mood_class FOR TYPE public.mood USING btree FAMILY public.mood_family AS
    OPERATOR 3 public.=~=, FUNCTION 1 public.mood_compare(public.mood, public.mood);
COMMENT ON OPERATOR CLASS public.mood_class USING btree IS 'a class';

-- sequences
CREATE SEQUENCE public.lone AS smallint START WITH 5 INCREMENT BY -2 MINVALUE -100 MAXVALUE 200 CACHE 3 CYCLE;
COMMENT ON SEQUENCE public.lone IS 'lone';
GRANT USAGE ON SEQUENCE public.lone TO app_reader;
CREATE SEQUENCE helpers.shared;

-- tables
CREATE TABLE public.customer (
    id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 10 CACHE 5),
    email public.citext NOT NULL,
    "Full Name" text COLLATE public.german,
    feeling public.mood DEFAULT 'häppy'::public.mood,
    home public.address,
    homes public.addresses,
    level public.small_positive DEFAULT 3,
    span public.float_span,
    props ext.hstore,
    code text DEFAULT helpers.next_code('C') NOT NULL,
    code_lower text GENERATED ALWAYS AS (public.lower_code(code)) STORED,
    made_at timestamptz(3) DEFAULT now() NOT NULL,
    amount numeric(12,2) DEFAULT 0.00,
    bits bit varying(7),
    grid integer[][] DEFAULT '{{1,2},{3,4}}',
    CONSTRAINT customer_pk PRIMARY KEY (id) WITH (fillfactor = 80),
    CONSTRAINT customer_email_key UNIQUE (email) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fine CHECK (public.is_fine(feeling)),
    CONSTRAINT positive_amount CHECK (amount >= 0) NO INHERIT
) WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false);
ALTER TABLE public.customer ALTER COLUMN code SET STORAGE EXTERNAL;
ALTER TABLE public.customer ALTER COLUMN "Full Name" SET STATISTICS 321;
ALTER TABLE public.customer ALTER COLUMN code SET COMPRESSION pglz;
ALTER TABLE public.customer ALTER COLUMN feeling SET (n_distinct = 3);
COMMENT ON TABLE public.customer IS E'customers\nof two lines';
COMMENT ON COLUMN public.customer."Full Name" IS 'first; last';
COMMENT ON CONSTRAINT customer_pk ON public.customer IS 'key';
COMMENT ON INDEX public.customer_pk IS 'index of the key';
COMMENT ON CONSTRAINT fine ON public.customer IS 'is fine';
GRANT SELECT ON public.customer TO app_reader;
GRANT UPDATE (email, "Full Name") ON public.customer TO app_reader;
CREATE INDEX customer_code ON public.customer USING btree (public.lower_code(code) text_pattern_ops DESC NULLS LAST) INCLUDE (email) WITH (fillfactor = 55) WHERE (feeling <> 'sad'::public.mood);
ALTER INDEX public.customer_code ALTER COLUMN 1 SET STATISTICS 77;
CREATE INDEX customer_name ON public.customer ("Full Name" COLLATE "C", made_at DESC);
COMMENT ON INDEX public.customer_name IS 'an index';
CREATE INDEX customer_props ON public.customer USING gin (props ext.gin_hstore_ops);
ALTER TABLE public.customer CLUSTER ON customer_name;
CREATE INDEX customer_feeling ON public.customer (feeling public.mood_class);
GRANT USAGE ON SEQUENCE public.customer_id_seq TO app_reader;
COMMENT ON SEQUENCE public.customer_id_seq IS 'of the identity';
CREATE STATISTICS public.customer_stats (dependencies, ndistinct) ON feeling, level FROM public.customer;
COMMENT ON STATISTICS public.customer_stats IS 'stats';
CREATE STATISTICS public.customer_expr ON (lower(code)), level FROM public.customer;

CREATE TABLE "Verkauf ä"."Order" (
    "Id" integer GENERATED BY DEFAULT AS IDENTITY,
    "select" bigint NOT NULL,
    "user" text DEFAULT CURRENT_USER,
    state "Verkauf ä".mood DEFAULT 'other'::"Verkauf ä".mood,
    number integer DEFAULT nextval('helpers.shared'::regclass),
    plus integer DEFAULT public.plus_one(41),
    current_item integer,
    PRIMARY KEY ("Id")
);
CREATE TABLE public.item (
    item_id serial PRIMARY KEY,
    order_id integer NOT NULL,
    parent integer,
    quantity smallint DEFAULT 1 CHECK (quantity > 0),
    "straße" text,
    "with.dot" text,
    "with""quote" text
);
ALTER TABLE "Verkauf ä"."Order" ADD CONSTRAINT "to customer" FOREIGN KEY ("select") REFERENCES public.customer (id) ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE;
ALTER TABLE "Verkauf ä"."Order" ADD CONSTRAINT current_item_fk FOREIGN KEY (current_item) REFERENCES public.item (item_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.item ADD CONSTRAINT item_order_fk FOREIGN KEY (order_id) REFERENCES "Verkauf ä"."Order" ("Id") NOT VALID;
ALTER TABLE public.item ADD CONSTRAINT item_parent_fk FOREIGN KEY (parent) REFERENCES public.item (item_id) ON DELETE SET NULL;
ALTER TABLE public.item ADD CONSTRAINT not_valid_yet CHECK (quantity < 100) NOT VALID;
COMMENT ON CONSTRAINT item_order_fk ON public.item IS 'order of an item';

-- exclusion, replica identities, unlogged, no key
CREATE TABLE public.booking (room integer, during tstzrange, note text DEFAULT 'a''b\c', EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 0));
ALTER TABLE public.booking REPLICA IDENTITY FULL;
CREATE TABLE public.by_index (a integer NOT NULL, b text NOT NULL, c integer PRIMARY KEY, UNIQUE (b));
CREATE UNIQUE INDEX by_index_a_b ON public.by_index (a, b);
ALTER TABLE public.by_index REPLICA IDENTITY USING INDEX by_index_a_b;
CREATE TABLE public.full_with_key (a integer PRIMARY KEY, b text UNIQUE);
ALTER TABLE public.full_with_key REPLICA IDENTITY FULL;
CREATE UNLOGGED TABLE public.fast (a integer PRIMARY KEY, b float_span);
CREATE TABLE public.nothing (a integer PRIMARY KEY);
ALTER TABLE public.nothing REPLICA IDENTITY NOTHING;
CREATE TABLE public.typed OF public.address ("Nr." WITH OPTIONS NOT NULL);
CREATE TABLE public.no_columns ();

-- inheritance
CREATE TABLE public.vehicle (id integer PRIMARY KEY, wheels integer DEFAULT 4 CHECK (wheels > 0), name text);
CREATE TABLE public.car (doors integer NOT NULL, id integer NOT NULL, PRIMARY KEY (id)) INHERITS (public.vehicle);
ALTER TABLE public.car ALTER COLUMN wheels SET DEFAULT 3;
CREATE TABLE public.truck (load integer, name text NOT NULL, wheels integer, id integer NOT NULL, CHECK (wheels > 0));
ALTER TABLE public.truck RENAME CONSTRAINT truck_wheels_check TO vehicle_wheels_check;
ALTER TABLE public.truck INHERIT public.vehicle;

-- partitions
CREATE TABLE public.event (
    id bigint NOT NULL, day date NOT NULL, region text NOT NULL, data jsonb, dropped integer,
    twice bigint GENERATED ALWAYS AS (id * 2) STORED,
    CONSTRAINT event_pk PRIMARY KEY (id, day, region), CHECK (id > 0)
) PARTITION BY RANGE (day);
ALTER TABLE public.event DROP COLUMN dropped;
CREATE TABLE public.event_2024 PARTITION OF public.event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (region);
CREATE TABLE public.event_2024_eu PARTITION OF public.event_2024 (data DEFAULT '{}', CONSTRAINT own_check CHECK (region <> 'xx')) FOR VALUES IN ('de', 'fr') WITH (fillfactor = 60);
CREATE TABLE public.event_2024_rest PARTITION OF public.event_2024 DEFAULT;
CREATE TABLE public.event_2025 (day date NOT NULL, region text NOT NULL, data jsonb, twice bigint GENERATED ALWAYS AS (id * 2) STORED, id bigint NOT NULL,
    CONSTRAINT own_name_of_key PRIMARY KEY (id, day, region), CONSTRAINT event_id_check CHECK (id > 0));
ALTER TABLE public.event ATTACH PARTITION public.event_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.event_default PARTITION OF public.event DEFAULT;
CREATE INDEX event_data ON public.event USING gin (data);
CREATE INDEX only_2025 ON public.event_2025 (region);
CREATE INDEX own_name ON public.event_default (region, day);
CREATE INDEX event_region ON public.event (region, day);
COMMENT ON INDEX public.event_region IS 'index of a partitioned table';
CREATE TABLE public.hashed (k text COLLATE public.caseless, v integer) PARTITION BY HASH (lower(k));
CREATE TABLE public.hashed_0 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.hashed_1 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
ALTER TABLE public.hashed REPLICA IDENTITY FULL;
CREATE TABLE public.about_event (id bigint, day date, region text, FOREIGN KEY (id, day, region) REFERENCES public.event);
ALTER TABLE public.event ADD COLUMN item integer REFERENCES public.item (item_id);

-- views
CREATE VIEW public.happy AS SELECT id, email, feeling FROM public.customer WHERE feeling = 'häppy'::public.mood WITH CASCADED CHECK OPTION;
COMMENT ON VIEW public.happy IS 'happy ones';
COMMENT ON COLUMN public.happy.email IS 'their mail';
ALTER VIEW public.happy ALTER COLUMN feeling SET DEFAULT 'häppy'::public.mood;
CREATE VIEW public.a_on_happy WITH (security_barrier = true) AS SELECT h.id, o."Id", o."user" FROM public.happy h JOIN "Verkauf ä"."Order" o ON o."select" = h.id;
CREATE VIEW public.by_key AS SELECT c.id, c.email, c.code, count(*) AS orders FROM public.customer c LEFT JOIN "Verkauf ä"."Order" o ON o."select" = c.id GROUP BY c.id;
CREATE VIEW public.a_on_by_key AS SELECT * FROM public.by_key;
CREATE VIEW public.by_late_key AS SELECT b.c, b.b, count(*) AS n FROM public.by_index b GROUP BY b.c;
CREATE VIEW public.recursive_one AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n, public.plus_one(n) AS m FROM r;
GRANT SELECT ON public.happy TO app_reader;
CREATE MATERIALIZED VIEW public.totals AS SELECT region, count(*) AS n FROM public.event GROUP BY region WITH NO DATA;
CREATE MATERIALIZED VIEW public.moods AS SELECT feeling, count(*) AS n FROM public.customer GROUP BY feeling;
CREATE MATERIALIZED VIEW public.all_moods WITH (fillfactor = 90) AS SELECT sum(n) AS n FROM public.moods;
CREATE UNIQUE INDEX moods_feeling ON public.moods (feeling);
COMMENT ON MATERIALIZED VIEW public.moods IS 'moods';
CREATE FUNCTION public.uses_view() RETURNS SETOF public.happy LANGUAGE sql AS 'SELECT * FROM public.happy';
CREATE FUNCTION public.uses_table(c public.customer) RETURNS text LANGUAGE sql STABLE BEGIN ATOMIC SELECT c.code || (SELECT max(i."straße") FROM public.item i); END;

-- rules, triggers, policies
CREATE RULE item_no_delete AS ON DELETE TO public.item WHERE (old.quantity > 5) DO INSTEAD NOTHING;
CREATE RULE happy_insert AS ON INSERT TO public.happy DO INSTEAD INSERT INTO public.item (order_id) VALUES (1);
COMMENT ON RULE item_no_delete ON public.item IS 'no delete';
ALTER TABLE public.item DISABLE RULE item_no_delete;
CREATE FUNCTION public.on_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER item_change BEFORE INSERT OR UPDATE OF quantity, "straße" ON public.item FOR EACH ROW WHEN (new.quantity > 1) EXECUTE FUNCTION public.on_change('a', 'it''s');
COMMENT ON TRIGGER item_change ON public.item IS 'trigger';
CREATE TRIGGER item_off AFTER DELETE ON public.item REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.on_change();
ALTER TABLE public.item DISABLE TRIGGER item_off;
CREATE TRIGGER item_always AFTER INSERT ON public.item FOR EACH ROW EXECUTE FUNCTION public.on_change();
ALTER TABLE public.item ENABLE ALWAYS TRIGGER item_always;
CREATE CONSTRAINT TRIGGER item_late AFTER INSERT ON public.item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.on_change();
CREATE TRIGGER happy_instead INSTEAD OF UPDATE ON public.happy FOR EACH ROW EXECUTE FUNCTION public.on_change();
CREATE TRIGGER event_change AFTER INSERT ON public.event FOR EACH ROW EXECUTE FUNCTION public.on_change();
ALTER TABLE public.event_2025 DISABLE TRIGGER event_change;
ALTER TABLE public.item ENABLE ROW LEVEL SECURITY;
CREATE POLICY item_read ON public.item FOR SELECT TO app_reader, app_owner USING (quantity < 10);
CREATE POLICY item_write ON public.item AS RESTRICTIVE FOR UPDATE USING (true) WITH CHECK (order_id > 0);
COMMENT ON POLICY item_read ON public.item IS 'readers';
ALTER TABLE public.booking FORCE ROW LEVEL SECURITY;
CREATE FUNCTION helpers.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch_ddl ON ddl_command_start WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION helpers.on_ddl();
ALTER EVENT TRIGGER watch_ddl DISABLE;

-- text search
CREATE TEXT SEARCH DICTIONARY public.simple_german (TEMPLATE = pg_catalog.simple, STOPWORDS = 'german');
CREATE TEXT SEARCH CONFIGURATION public.my_german (COPY = pg_catalog.german);
ALTER TEXT SEARCH CONFIGURATION public.my_german ALTER MAPPING FOR asciiword WITH public.simple_german;
COMMENT ON TEXT SEARCH CONFIGURATION public.my_german IS 'search';
CREATE INDEX item_search ON public.item USING gin (to_tsvector('public.my_german'::regconfig, "straße"));

-- owners and default privileges
ALTER TABLE public.item OWNER TO app_owner;
ALTER TYPE public.mood OWNER TO app_owner;
ALTER FUNCTION public.plus_one(integer) OWNER TO app_owner;
ALTER VIEW public.by_key OWNER TO app_owner;
ALTER SCHEMA helpers OWNER TO app_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA public GRANT SELECT ON TABLES TO app_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
