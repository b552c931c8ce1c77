-- A database with at least one object of every kind that PostgreSQL has, for a superuser of version 14 or later.
-- Needs the tablespace every_kind_space and the roles every_kind_owner and every_kind_reader.
CREATE SCHEMA ext;
CREATE EXTENSION hstore SCHEMA ext;
CREATE EXTENSION citext SCHEMA ext;
CREATE EXTENSION file_fdw;
COMMENT ON EXTENSION citext IS 'text that ignores case';
REVOKE EXECUTE ON FUNCTION ext.akeys(ext.hstore) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) TO every_kind_reader;

CREATE SCHEMA util AUTHORIZATION every_kind_owner;
COMMENT ON SCHEMA util IS 'helpers of the schema shop';
CREATE SCHEMA shop;
GRANT USAGE ON SCHEMA shop TO every_kind_reader, every_kind_owner;

-- types
CREATE TYPE shop.mood AS ENUM ('sad', 'it''s ok', 'happy');
COMMENT ON TYPE shop.mood IS 'moods';
REVOKE USAGE ON TYPE shop.mood FROM PUBLIC;
CREATE DOMAIN shop.positive AS integer DEFAULT 1 NOT NULL CONSTRAINT above_zero CHECK (VALUE > 0);
COMMENT ON DOMAIN shop.positive IS 'a domain';
COMMENT ON CONSTRAINT above_zero ON DOMAIN shop.positive IS 'a constraint of a domain';
CREATE DOMAIN shop.mail AS text;
ALTER DOMAIN shop.mail ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%') NOT VALID;
CREATE COLLATION shop.german (provider = icu, locale = 'de-x-icu');
CREATE TYPE shop.address AS (street text COLLATE "C", "Nr." integer);
COMMENT ON COLUMN shop.address.street IS 'a street';
CREATE TYPE shop.span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE shop.ticket;
CREATE FUNCTION shop.ticket_in(cstring) RETURNS shop.ticket LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION shop.ticket_out(shop.ticket) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE shop.ticket (INPUT = shop.ticket_in, OUTPUT = shop.ticket_out, LIKE = text);
CREATE TYPE shop.never_finished;

-- languages, access methods, conversions, transforms
CREATE FUNCTION util.own_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE LANGUAGE own_language HANDLER util.own_handler;
COMMENT ON LANGUAGE own_language IS 'a language';
CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE CONVERSION shop.own_conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TRANSFORM FOR shop.mood LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal));

-- functions
CREATE FUNCTION shop.plus_one(i integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT i + 1';
COMMENT ON FUNCTION shop.plus_one(integer) IS 'adds one';
CREATE FUNCTION shop.plus_one(i bigint) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN i + 1;
REVOKE ALL ON FUNCTION shop.plus_one(bigint) FROM PUBLIC;
CREATE FUNCTION shop.shape("interval" interval, OUT "table" text, VARIADIC "default" text[] DEFAULT '{}') LANGUAGE sql
    AS 'SELECT $1::text';
CREATE PROCEDURE shop.pay(INOUT a integer, b integer) LANGUAGE plpgsql AS 'BEGIN a := a + b; END';
CREATE FUNCTION shop.add_squares(state numeric, value numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT state + value * value';
CREATE AGGREGATE shop.sum_of_squares(numeric) (SFUNC = shop.add_squares, STYPE = numeric, INITCOND = '0');
COMMENT ON AGGREGATE shop.sum_of_squares(numeric) IS 'squares';
CREATE FUNCTION util.on_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION util.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION util.known(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 <> ''x''';

-- operators
CREATE FUNCTION shop.same_mood(a shop.mood, b shop.mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a = b';
CREATE FUNCTION shop.mood_compare(shop.mood, shop.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE OPERATOR shop.=~= (LEFTARG = shop.mood, RIGHTARG = shop.mood, FUNCTION = shop.same_mood);
COMMENT ON OPERATOR shop.=~= (shop.mood, shop.mood) IS 'an operator';
CREATE OPERATOR FAMILY shop.mood_family USING btree;
CREATE OPERATOR CLASS shop.mood_class FOR TYPE shop.mood USING btree FAMILY shop.mood_family AS
    OPERATOR 3 shop.=~=, FUNCTION 1 shop.mood_compare(shop.mood, shop.mood);
CREATE FUNCTION shop.mood_number(shop.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (shop.mood AS integer) WITH FUNCTION shop.mood_number(shop.mood) AS ASSIGNMENT;
CREATE CAST (integer AS text) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (integer AS text) IS 'a cast between types of the server';

-- text search
CREATE TEXT SEARCH PARSER shop.own_parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE shop.own_template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY shop.own_dictionary (TEMPLATE = shop.own_template);
CREATE TEXT SEARCH CONFIGURATION shop.own_search (PARSER = shop.own_parser);
ALTER TEXT SEARCH CONFIGURATION shop.own_search ADD MAPPING FOR asciiword WITH shop.own_dictionary;
COMMENT ON TEXT SEARCH CONFIGURATION shop.own_search IS 'search';

-- sequences
CREATE SEQUENCE shop.lone AS smallint START WITH 5 INCREMENT BY -2 MINVALUE -100 MAXVALUE 200 CACHE 3 CYCLE;
COMMENT ON SEQUENCE shop.lone IS 'lone';
GRANT USAGE ON SEQUENCE shop.lone TO every_kind_reader;
CREATE SEQUENCE util.shared START 100;

-- tables
CREATE TABLE shop.customer (
    id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100) CONSTRAINT customer_pk PRIMARY KEY,
    shared_number bigint DEFAULT nextval('util.shared'),
    email ext.citext NOT NULL CONSTRAINT customer_email UNIQUE DEFERRABLE,
    "Full Name" text COLLATE shop.german,
    feeling shop.mood DEFAULT 'happy'::shop.mood,
    home shop.address,
    contact shop.mail,
    level shop.positive DEFAULT 3,
    code text DEFAULT 'C' NOT NULL,
    code_twice text GENERATED ALWAYS AS (code || code) STORED,
    CONSTRAINT code_is_known CHECK (util.known(code))
) WITH (fillfactor = 70, autovacuum_enabled = false);
ALTER TABLE shop.customer OWNER TO every_kind_owner;
ALTER TABLE shop.customer ALTER COLUMN code SET STORAGE EXTERNAL;
ALTER TABLE shop.customer ALTER COLUMN code SET COMPRESSION pglz;
ALTER TABLE shop.customer ALTER COLUMN "Full Name" SET STATISTICS 321;
ALTER TABLE shop.customer ALTER COLUMN feeling SET (n_distinct = 3);
COMMENT ON TABLE shop.customer IS 'customers';
COMMENT ON COLUMN shop.customer."Full Name" IS 'first; last';
COMMENT ON CONSTRAINT customer_pk ON shop.customer IS 'the key';
GRANT SELECT ON shop.customer TO every_kind_reader;
GRANT UPDATE (email, "Full Name") ON shop.customer TO every_kind_reader;
CREATE INDEX customer_code ON shop.customer (lower(code) DESC NULLS LAST) WITH (fillfactor = 55) WHERE (level > 1);
ALTER INDEX shop.customer_code ALTER COLUMN 1 SET STATISTICS 77;
COMMENT ON INDEX shop.customer_code IS 'an index';
CREATE INDEX customer_feeling ON shop.customer (feeling shop.mood_class);
ALTER TABLE shop.customer CLUSTER ON customer_feeling;
CREATE STATISTICS shop.customer_statistics (dependencies) ON feeling, level FROM shop.customer;
ALTER STATISTICS shop.customer_statistics SET STATISTICS 50;
COMMENT ON STATISTICS shop.customer_statistics IS 'statistics';
CREATE TABLE util.kind (id integer PRIMARY KEY, name text);
CREATE TABLE util.entry (id integer PRIMARY KEY, line text);
CREATE TABLE shop.item (
    item_id serial PRIMARY KEY,
    customer bigint CONSTRAINT item_customer REFERENCES shop.customer (id) ON DELETE CASCADE,
    kind integer CONSTRAINT item_kind REFERENCES util.kind (id),
    quantity smallint DEFAULT 1 CHECK (quantity > 0),
    during tsrange,
    CONSTRAINT not_at_once EXCLUDE USING gist (during WITH &&)
);
ALTER TABLE shop.item ADD CONSTRAINT not_valid_yet CHECK (quantity < 100) NOT VALID;
CREATE TABLE shop.logged_whole (a integer, b text);
ALTER TABLE shop.logged_whole REPLICA IDENTITY FULL;
CREATE UNLOGGED TABLE shop.rate_limit (id integer PRIMARY KEY, hits integer);
CREATE TABLE shop.no_columns ();
CREATE TABLE shop.in_space (id integer PRIMARY KEY, t text) TABLESPACE every_kind_space;
CREATE INDEX in_space_t ON shop.in_space (t) TABLESPACE every_kind_space;
CREATE TABLE shop.in_own_heap (id integer PRIMARY KEY) USING own_heap;
CREATE TABLE shop.typed OF shop.address;
CREATE TABLE shop.vehicle (id integer PRIMARY KEY, wheels integer DEFAULT 4 CONSTRAINT has_wheels CHECK (wheels > 0));
CREATE TABLE shop.car (doors integer NOT NULL) INHERITS (shop.vehicle);
ALTER TABLE shop.car ALTER COLUMN wheels SET DEFAULT 3;
CREATE TABLE shop.event (id bigint NOT NULL, day date NOT NULL, item integer REFERENCES shop.item (item_id), CONSTRAINT event_pk PRIMARY KEY (id, day))
    PARTITION BY RANGE (day);
CREATE TABLE shop.event_2025 PARTITION OF shop.event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE shop.event_rest PARTITION OF shop.event DEFAULT;
CREATE INDEX event_day ON shop.event (day);
COMMENT ON INDEX shop.event_day IS 'an index of a partitioned table';

-- views
CREATE VIEW shop.happy AS SELECT id, email, feeling FROM shop.customer WHERE feeling = 'happy'::shop.mood WITH CASCADED CHECK OPTION;
ALTER VIEW shop.happy ALTER COLUMN feeling SET DEFAULT 'happy'::shop.mood;
COMMENT ON VIEW shop.happy IS 'happy customers';
COMMENT ON COLUMN shop.happy.email IS 'their mail';
GRANT SELECT ON shop.happy TO every_kind_reader;
CREATE VIEW shop.entries AS SELECT * FROM util.entry;
CREATE FUNCTION shop.last_entries() RETURNS SETOF util.entry LANGUAGE sql STABLE AS 'SELECT * FROM util.entry';
CREATE MATERIALIZED VIEW shop.moods AS SELECT feeling, count(*) AS n FROM shop.customer GROUP BY feeling;
CREATE UNIQUE INDEX moods_feeling ON shop.moods (feeling);
COMMENT ON MATERIALIZED VIEW shop.moods IS 'moods';

-- triggers, rules, policies, event triggers
CREATE TRIGGER customer_change BEFORE UPDATE ON shop.customer FOR EACH ROW EXECUTE FUNCTION util.on_change();
COMMENT ON TRIGGER customer_change ON shop.customer IS 'a trigger';
CREATE TRIGGER customer_off AFTER DELETE ON shop.customer FOR EACH ROW EXECUTE FUNCTION util.on_change();
ALTER TABLE shop.customer DISABLE TRIGGER customer_off;
CREATE TRIGGER event_change AFTER INSERT ON shop.event FOR EACH ROW EXECUTE FUNCTION util.on_change();
CREATE RULE item_no_delete AS ON DELETE TO shop.item WHERE (old.quantity > 5) DO INSTEAD NOTHING;
COMMENT ON RULE item_no_delete ON shop.item IS 'a rule';
ALTER TABLE shop.item ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.item FORCE ROW LEVEL SECURITY;
CREATE POLICY item_read ON shop.item FOR SELECT TO every_kind_reader USING (util.known(quantity::text));
COMMENT ON POLICY item_read ON shop.item IS 'a policy';
CREATE EVENT TRIGGER watch_ddl ON ddl_command_start WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION util.on_ddl();
ALTER EVENT TRIGGER watch_ddl DISABLE;
COMMENT ON EVENT TRIGGER watch_ddl IS 'an event trigger';

-- foreign data
CREATE FOREIGN DATA WRAPPER own_wrapper OPTIONS (debug 'true');
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
COMMENT ON SERVER files IS 'a server';
GRANT USAGE ON FOREIGN SERVER files TO every_kind_reader;
CREATE SERVER partner TYPE 'shop' VERSION '2' FOREIGN DATA WRAPPER own_wrapper OPTIONS (host 'partner.example');
CREATE USER MAPPING FOR every_kind_reader SERVER partner OPTIONS (remote_user 'reader', password 'not to be shown');
CREATE USER MAPPING FOR PUBLIC SERVER files;
CREATE FOREIGN TABLE shop.price_list (name text OPTIONS (force_null 'true') NOT NULL, price numeric DEFAULT 0) SERVER files OPTIONS (filename '/nowhere.csv', format 'csv');
COMMENT ON FOREIGN TABLE shop.price_list IS 'a foreign table';

-- publications, subscriptions, large objects
CREATE PUBLICATION of_items FOR TABLE shop.item;
COMMENT ON PUBLICATION of_items IS 'a publication';
CREATE SUBSCRIPTION from_partner CONNECTION 'host=partner.example password=not-to-be-shown' PUBLICATION theirs
    WITH (connect = false, enabled = false, slot_name = NONE, create_slot = false);
SELECT lo_create(number) FROM unnest(ARRAY[20001, 20002, 20003]) number;
SELECT lo_create(123456);
ALTER LARGE OBJECT 123456 OWNER TO every_kind_owner;
GRANT SELECT ON LARGE OBJECT 123456 TO every_kind_reader;
COMMENT ON LARGE OBJECT 123456 IS 'a large object';

-- default privileges, settings, security labels, what extensions keep
ALTER DEFAULT PRIVILEGES FOR ROLE every_kind_owner IN SCHEMA shop GRANT SELECT ON TABLES TO every_kind_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE every_kind_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET work_mem = ''8MB''', current_database());
    EXECUTE format('ALTER ROLE every_kind_reader IN DATABASE %I SET app.api_secret = ''not to be shown''', current_database());
    EXECUTE format('COMMENT ON DATABASE %I IS ''the database''', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO every_kind_reader', current_database());
    IF current_setting('server_version_num')::int >= 150000 THEN
        EXECUTE 'CREATE PUBLICATION of_shop FOR TABLES IN SCHEMA shop';
    END IF;
END
$$;
CREATE TABLE ext.own_words (word text PRIMARY KEY, given boolean);
INSERT INTO ext.own_words VALUES ('given', true), ('own', false);
ALTER EXTENSION hstore ADD TABLE ext.own_words;
SET allow_system_table_mods = on;
UPDATE pg_extension SET extconfig = ARRAY['ext.own_words'::regclass::oid], extcondition = ARRAY['WHERE NOT given'] WHERE extname = 'hstore';
INSERT INTO pg_seclabel VALUES ('shop.customer'::regclass, 'pg_class'::regclass, 0, 'guard', 'confidential');
RESET allow_system_table_mods;

-- rows
INSERT INTO util.kind VALUES (1, 'ordinary');
INSERT INTO util.entry VALUES (1, 'first');
INSERT INTO shop.customer (email, "Full Name", contact) SELECT 'c' || g || '@example.org', 'Customer ' || g, 'c' || g || '@example.org' FROM generate_series(1, 20) g;
INSERT INTO shop.item (customer, kind) SELECT id, 1 FROM shop.customer;
REFRESH MATERIALIZED VIEW shop.moods;
