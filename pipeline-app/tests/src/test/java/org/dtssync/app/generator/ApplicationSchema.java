package org.dtssync.app.generator;

import java.util.ArrayList;
import java.util.List;

/**
 * A schema with the traits of widely used applications, each in a module of its own: what forums, shops, trackers, wikis, ticket
 * systems, ledgers, chats, learning platforms, geographic registers and monitoring systems keep in PostgreSQL. Each module has tables that refer
 * to each other, many indexes of every sort, functions, triggers, views and rows. The same numbers give the same statements.
 */
public final class ApplicationSchema {

    private final int size;
    private final List<String> statements = new ArrayList<>();

    private ApplicationSchema(int size) {
        this.size = size;
    }

    /**
     * Returns the statements that create it with its rows; each is run for itself.
     *
     * @param size how many groups of tables each module has
     */
    public static List<String> statements(int size) {
        ApplicationSchema schema = new ApplicationSchema(size);
        schema.extensions();
        for (int i = 1; i <= size; i++) {
            schema.forum("forum_" + i);
            schema.shop("shop_" + i);
            schema.tracker("track_" + i);
            schema.wiki("wiki_" + i);
            schema.tickets("desk_" + i);
            schema.ledger("book_" + i);
            schema.chat("chat_" + i);
            schema.learning("learn_" + i);
            schema.register("geo_" + i);
            schema.monitoring("watch_" + i);
        }
        schema.overview();
        return List.copyOf(schema.statements);
    }

    /** Returns the statements that an application runs on the rows, as often as wanted: {@code round} differs each time. */
    public static List<String> changes(int size, int round) {
        List<String> changes = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            changes.add(
                    "UPDATE forum_%1$d.posts SET raw = 'edited %2$d ' || raw WHERE id %% 5 = 0".formatted(i, round));
            changes.add("INSERT INTO forum_%1$d.posts (topic_id, user_id, raw) VALUES (1, 1, 'late %2$d')"
                    .formatted(i, round));
            changes.add("UPDATE shop_%1$d.variants SET sku = 'R%2$d-' || id WHERE id < 4".formatted(i, round));
            changes.add("INSERT INTO shop_%1$d.orders (number, customer, total) VALUES ('L%2$d', 'late', 3)"
                    .formatted(i, round));
            changes.add("UPDATE track_%1$d.issues SET state = 'closed', closed_at = now() WHERE id = %2$d"
                    .formatted(i, round));
            changes.add("DELETE FROM track_%1$d.labels WHERE id = %2$d".formatted(i, round));
            changes.add("UPDATE wiki_%1$d.pages SET title = title || ' %2$d' WHERE id <= 3".formatted(i, round));
            changes.add(
                    "INSERT INTO desk_%1$d.answers (ticket, entity, attribute, value) VALUES (%2$d, 'late', 'a%2$d', 'v')"
                            .formatted(i, round));
            changes.add(
                    "INSERT INTO book_%1$d.entries (account, amount) VALUES (1, %2$d), (2, -%2$d)".formatted(i, round));
            changes.add(
                    "INSERT INTO chat_%1$d.messages (room, sent_at, body) VALUES (1, '2026-02-0%2$d', '{\"late\": %2$d}')"
                            .formatted(i, round));
            changes.add("UPDATE learn_%1$d.grades SET grade = grade + 0.5 WHERE tenant = 1 AND id <= 2".formatted(i));
            changes.add("UPDATE geo_%1$d.areas SET span = '[%2$d,9]' WHERE id = 2".formatted(i, round));
            changes.add(
                    "INSERT INTO watch_%1$d.samples SELECT 1, timestamptz '2026-01-1%2$d 00:00Z' + n * interval '1 min', n"
                                    .formatted(i, round)
                            + " FROM generate_series(1, 20) n");
            changes.add("DELETE FROM watch_%1$d.samples WHERE value = %2$d".formatted(i, round));
        }
        return changes;
    }

    private void add(String schema, String sql) {
        for (String statement : sql.split(";\\s*\\n")) {
            if (!statement.isBlank()) {
                statements.add(statement.replace("@", schema));
            }
        }
    }

    private void extensions() {
        add("", """
                CREATE EXTENSION pg_trgm;
                CREATE EXTENSION btree_gist;
                CREATE EXTENSION hstore;
                CREATE EXTENSION citext;
                CREATE EXTENSION ltree;
                CREATE FUNCTION public.touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
                CREATE TABLE public.audit (id bigserial PRIMARY KEY, tab regclass NOT NULL, was jsonb, is_now jsonb, at timestamptz DEFAULT now());
                CREATE INDEX audit_was ON public.audit USING gin (was jsonb_path_ops);
                CREATE FUNCTION public.audited() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
                    'BEGIN INSERT INTO audit (tab, was, is_now) VALUES (TG_RELID, to_jsonb(OLD), to_jsonb(NEW)); RETURN NULL; END';
                """);
    }

    /** Soft deletion, partial unique indexes, counters kept by triggers, arrays, text search in a column of its own. */
    private void forum(String schema) {
        add(schema, """
                CREATE SCHEMA @;
                CREATE TABLE @.users (id serial PRIMARY KEY, name citext NOT NULL, mail text, is_staff boolean DEFAULT false NOT NULL, deleted_at timestamp,
                    settings hstore DEFAULT ''::hstore NOT NULL, updated_at timestamptz);
                CREATE UNIQUE INDEX users_name ON @.users (name) WHERE deleted_at IS NULL;
                CREATE INDEX users_mail ON @.users (lower(mail)) INCLUDE (is_staff);
                CREATE INDEX users_settings ON @.users USING gist (settings);
                CREATE TABLE @.topics (id serial PRIMARY KEY, title varchar NOT NULL, tags text[] DEFAULT '{}'::text[] NOT NULL, posts_count int DEFAULT 0 NOT NULL,
                    user_id int REFERENCES @.users ON DELETE SET NULL, search tsvector GENERATED ALWAYS AS (to_tsvector('english'::regconfig, title)) STORED);
                CREATE INDEX topics_tags ON @.topics USING gin (tags);
                CREATE INDEX topics_search ON @.topics USING gin (search);
                CREATE INDEX topics_title ON @.topics USING gin (title gin_trgm_ops);
                CREATE INDEX topics_user ON @.topics (user_id, id DESC) WHERE user_id IS NOT NULL;
                CREATE TABLE @.posts (id bigserial PRIMARY KEY, topic_id int NOT NULL REFERENCES @.topics ON DELETE CASCADE, user_id int REFERENCES @.users,
                    raw text NOT NULL, reply_to bigint REFERENCES @.posts DEFERRABLE, likes smallint DEFAULT 0 CHECK (likes >= 0), at timestamp DEFAULT now());
                CREATE INDEX posts_topic ON @.posts (topic_id, at);
                CREATE INDEX posts_reply ON @.posts (reply_to) WHERE reply_to IS NOT NULL;
                CREATE INDEX posts_at ON @.posts USING brin (at) WITH (pages_per_range = 32);
                CREATE INDEX posts_liked ON @.posts ((likes > 10), user_id);
                CREATE FUNCTION @.count_posts() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN UPDATE @.topics SET posts_count = posts_count + 1 WHERE id = NEW.topic_id; RETURN NULL; END';
                CREATE TRIGGER counted AFTER INSERT ON @.posts FOR EACH ROW EXECUTE FUNCTION @.count_posts();
                CREATE TRIGGER touched BEFORE UPDATE ON @.users FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION public.touched();
                CREATE VIEW @.active AS SELECT u.id, u.name, count(p.id) AS posts FROM @.users u LEFT JOIN @.posts p ON p.user_id = u.id WHERE u.deleted_at IS NULL GROUP BY u.id;
                INSERT INTO @.users (name, mail) SELECT 'User' || i, 'U' || i || '.example' FROM generate_series(1, 20) i;
                INSERT INTO @.topics (title, tags, user_id) SELECT 'Topic ' || i, ARRAY['t' || i % 3, 'x'], i FROM generate_series(1, 10) i;
                INSERT INTO @.posts (topic_id, user_id, raw) SELECT i % 10 + 1, i % 20 + 1, 'Post ' || i FROM generate_series(1, 60) i;
                """);
    }

    /** Money, unique codes in several columns, jsonb, exclusion of overlaps, a sequence for numbers, single-table inheritance. */
    private void shop(String schema) {
        add(schema, """
                CREATE SCHEMA @;
                CREATE SEQUENCE @.order_number START 1000;
                CREATE DOMAIN @.price AS numeric(12,2) CHECK (VALUE >= 0);
                CREATE TABLE @.products (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, type varchar NOT NULL, name text NOT NULL, attributes jsonb DEFAULT '{}' NOT NULL,
                    weight numeric(8,3), file_url text, price @.price, CHECK (type <> 'File' OR file_url IS NOT NULL));
                CREATE INDEX products_attributes ON @.products USING gin (attributes jsonb_path_ops);
                CREATE INDEX products_color ON @.products ((attributes ->> 'color')) WHERE attributes ? 'color';
                CREATE INDEX products_type ON @.products (type, name text_pattern_ops);
                CREATE TABLE @.variants (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, product bigint NOT NULL REFERENCES @.products, sku text NOT NULL UNIQUE, position int,
                    UNIQUE (product, position) DEFERRABLE INITIALLY DEFERRED);
                CREATE TABLE @.offers (id serial PRIMARY KEY, product bigint REFERENCES @.products, valid tstzrange NOT NULL, price @.price NOT NULL,
                    EXCLUDE USING gist (product WITH =, valid WITH &&));
                CREATE TABLE @.orders (id serial PRIMARY KEY, number text DEFAULT 'N' || nextval('@.order_number') UNIQUE, customer text NOT NULL, total @.price, placed date DEFAULT CURRENT_DATE NOT NULL);
                CREATE INDEX orders_month ON @.orders (date_trunc('month', placed::timestamp));
                CREATE INDEX orders_customer ON @.orders (upper(customer) COLLATE "C", placed DESC NULLS LAST);
                CREATE TABLE @.lines (order_id int REFERENCES @.orders ON DELETE CASCADE, line int, variant bigint REFERENCES @.variants, quantity int NOT NULL DEFAULT 1, PRIMARY KEY (order_id, line));
                CREATE INDEX lines_variant ON @.lines (variant) INCLUDE (quantity);
                CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON @.orders FOR EACH ROW EXECUTE FUNCTION public.audited();
                CREATE FUNCTION @.order_total(integer) RETURNS numeric LANGUAGE sql STABLE BEGIN ATOMIC SELECT sum(l.quantity) FROM @.lines l WHERE l.order_id = $1; END;
                CREATE MATERIALIZED VIEW @.sales AS SELECT customer, count(*) AS orders FROM @.orders GROUP BY customer;
                CREATE UNIQUE INDEX sales_customer ON @.sales (customer);
                INSERT INTO @.products (type, name, attributes, price) SELECT 'Thing', 'Product ' || i, jsonb_build_object('color', i % 4, 'size', i), i FROM generate_series(1, 30) i;
                INSERT INTO @.variants (product, sku, position) SELECT i, 'S-' || i, 1 FROM generate_series(1, 30) i;
                INSERT INTO @.offers (product, valid, price) SELECT i, tstzrange('2026-01-01', '2026-02-01'), i FROM generate_series(1, 10) i;
                INSERT INTO @.orders (customer, total) SELECT 'c' || i % 5, i FROM generate_series(1, 25) i;
                INSERT INTO @.lines SELECT i, 1, i, 2 FROM generate_series(1, 25) i;
                """);
    }

    /** Enums, polymorphic references, join tables with composite keys, states with dates, many narrow indexes. */
    private void tracker(String schema) {
        add(schema, """
                CREATE SCHEMA @;
                CREATE TYPE @.issue_state AS ENUM ('open', 'in progress', 'closed');
                CREATE TABLE @.projects (id serial PRIMARY KEY, path ltree NOT NULL, parent int REFERENCES @.projects);
                CREATE INDEX projects_path ON @.projects USING gist (path);
                CREATE UNIQUE INDEX projects_path_key ON @.projects (path);
                CREATE TABLE @.issues (id serial PRIMARY KEY, project int NOT NULL REFERENCES @.projects, iid int NOT NULL, state @.issue_state DEFAULT 'open' NOT NULL, title text, weight real,
                    closed_at timestamptz, CHECK ((state = 'closed') = (closed_at IS NOT NULL)), UNIQUE (project, iid));
                CREATE INDEX issues_open ON @.issues (project, id) WHERE state = 'open';
                CREATE INDEX issues_closed ON @.issues (closed_at DESC) WHERE closed_at IS NOT NULL;
                CREATE INDEX issues_weight ON @.issues (weight NULLS FIRST);
                CREATE INDEX issues_title ON @.issues USING gist (title gist_trgm_ops);
                CREATE TABLE @.labels (id serial PRIMARY KEY, name text NOT NULL, color bit(24));
                CREATE UNIQUE INDEX labels_name ON @.labels (lower(name));
                CREATE TABLE @.issue_labels (issue int REFERENCES @.issues ON DELETE CASCADE, label int REFERENCES @.labels ON DELETE CASCADE, PRIMARY KEY (issue, label));
                CREATE INDEX issue_labels_label ON @.issue_labels (label);
                CREATE TABLE @.notes (id bigserial PRIMARY KEY, on_type text NOT NULL, on_id bigint NOT NULL, body text);
                CREATE INDEX notes_on ON @.notes (on_type, on_id);
                CREATE STATISTICS @.issues_stats (dependencies, mcv) ON project, state FROM @.issues;
                CREATE FUNCTION @.next_iid(p int) RETURNS int LANGUAGE sql STABLE AS 'SELECT coalesce(max(iid), 0) + 1 FROM @.issues WHERE project = p';
                INSERT INTO @.projects (path) SELECT ('top.p' || i)::ltree FROM generate_series(1, 5) i;
                INSERT INTO @.issues (project, iid, title, weight) SELECT i % 5 + 1, i, 'Issue ' || i, i / 2.0 FROM generate_series(1, 40) i;
                INSERT INTO @.labels (name, color) SELECT 'L' || i, B'000000001111111100000000' FROM generate_series(1, 12) i;
                INSERT INTO @.issue_labels SELECT i, i % 12 + 1 FROM generate_series(1, 40) i;
                INSERT INTO @.notes (on_type, on_id, body) SELECT 'Issue', i, 'note' FROM generate_series(1, 20) i;
                """);
    }

    /** Revisions in a circle with their pages, a closure table, rules on a view, large texts. */
    private void wiki(String schema) {
        add(schema, """
                CREATE SCHEMA @;
                CREATE TABLE @.pages (id serial PRIMARY KEY, title text NOT NULL, latest int, UNIQUE (title));
                CREATE TABLE @.revisions (id serial PRIMARY KEY, page int NOT NULL REFERENCES @.pages, body text, at timestamptz DEFAULT now());
                ALTER TABLE @.pages ADD CONSTRAINT latest_revision FOREIGN KEY (latest) REFERENCES @.revisions DEFERRABLE INITIALLY DEFERRED;
                ALTER TABLE @.revisions ALTER body SET STORAGE EXTERNAL;
                CREATE INDEX revisions_page ON @.revisions (page, id DESC);
                CREATE INDEX revisions_hash ON @.revisions USING hash (md5(body));
                CREATE TABLE @.links (source int REFERENCES @.pages ON DELETE CASCADE, target int REFERENCES @.pages ON DELETE CASCADE, depth smallint, PRIMARY KEY (source, target));
                CREATE INDEX links_target ON @.links (target, depth);
                CREATE VIEW @.current AS SELECT p.id, p.title, r.body FROM @.pages p JOIN @.revisions r ON r.id = p.latest;
                CREATE RULE rename AS ON UPDATE TO @.current DO INSTEAD UPDATE @.pages SET title = NEW.title WHERE id = OLD.id;
                COMMENT ON VIEW @.current IS 'what readers see';
                INSERT INTO @.pages (title) SELECT 'Page ' || i FROM generate_series(1, 15) i;
                INSERT INTO @.revisions (page, body) SELECT i, repeat('text ' || i, 800) FROM generate_series(1, 15) i;
                UPDATE @.pages SET latest = id;
                INSERT INTO @.links SELECT i, i % 15 + 1, 1 FROM generate_series(1, 15) i;
                """);
    }

    /** Entities, attributes and values; a table without a key; notification by trigger; domain types. */
    private void tickets(String schema) {
        add(schema, """
                CREATE SCHEMA @;
                CREATE TABLE @.tickets (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, subject text NOT NULL, priority smallint DEFAULT 3 CHECK (priority BETWEEN 1 AND 5), due interval);
                CREATE INDEX tickets_priority ON @.tickets (priority) WHERE priority < 3;
                CREATE INDEX tickets_subject ON @.tickets (left(subject, 20));
                CREATE TABLE @.answers (ticket int NOT NULL REFERENCES @.tickets, entity text, attribute text, value text, UNIQUE NULLS NOT DISTINCT (ticket, entity, attribute));
                ALTER TABLE @.answers REPLICA IDENTITY FULL;
                CREATE INDEX answers_value ON @.answers (attribute, value);
                CREATE TABLE @.history (at timestamptz DEFAULT now(), what text);
                ALTER TABLE @.history REPLICA IDENTITY FULL;
                CREATE FUNCTION @.tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_notify(''ticket'', NEW.id::text); RETURN NEW; END';
                CREATE CONSTRAINT TRIGGER told AFTER INSERT ON @.tickets DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION @.tell();
                INSERT INTO @.tickets (subject, due) SELECT 'Ticket ' || i, i * interval '1 hour' FROM generate_series(1, 20) i;
                INSERT INTO @.answers SELECT i, 'e', 'a', 'v' || i FROM generate_series(1, 20) i;
                INSERT INTO @.history (what) SELECT 'h' || i % 3 FROM generate_series(1, 10) i;
                """);
    }

    /** Double entry: sums that a deferred trigger checks, generated columns, aggregates and operators of its own. */
    private void ledger(String schema) {
        add(schema, """
                CREATE SCHEMA @;
                CREATE TABLE @.accounts (id serial PRIMARY KEY, code text NOT NULL UNIQUE, parent int REFERENCES @.accounts, balance numeric DEFAULT 0 NOT NULL);
                CREATE TABLE @.entries (id bigserial PRIMARY KEY, account int NOT NULL REFERENCES @.accounts, amount numeric(18,4) NOT NULL, is_debit boolean GENERATED ALWAYS AS (amount >= 0) STORED,
                    at timestamptz DEFAULT now() NOT NULL);
                CREATE INDEX entries_account ON @.entries (account, at);
                CREATE INDEX entries_debit ON @.entries (abs(amount)) WHERE is_debit;
                CREATE FUNCTION @.balanced() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN IF (SELECT sum(amount) FROM @.entries) <> 0 THEN RAISE ''unbalanced''; END IF; RETURN NULL; END';
                CREATE CONSTRAINT TRIGGER balanced AFTER INSERT OR UPDATE ON @.entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION @.balanced();
                CREATE FUNCTION @.add(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 + abs($2)';
                CREATE AGGREGATE @.volume(numeric) (SFUNC = @.add, STYPE = numeric, INITCOND = '0');
                CREATE VIEW @.volumes AS SELECT account, @.volume(amount) AS volume FROM @.entries GROUP BY account;
                INSERT INTO @.accounts (code) SELECT 'A' || i FROM generate_series(1, 10) i;
                INSERT INTO @.entries (account, amount) SELECT i % 10 + 1, CASE i % 2 WHEN 0 THEN 5 ELSE -5 END FROM generate_series(1, 40) i;
                """);
    }

    /** Partitions by month and by list below them, jsonb payloads, an unlogged presence table. */
    private void chat(String schema) {
        add(schema, """
                CREATE SCHEMA @;
                CREATE TABLE @.rooms (id serial PRIMARY KEY, name text UNIQUE);
                CREATE TABLE @.messages (id bigint GENERATED BY DEFAULT AS IDENTITY, room int NOT NULL REFERENCES @.rooms, sent_at timestamp NOT NULL, body jsonb, PRIMARY KEY (sent_at, id)) PARTITION BY RANGE (sent_at);
                CREATE TABLE @.messages_2026_01 PARTITION OF @.messages FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
                CREATE TABLE @.messages_2026_02 PARTITION OF @.messages FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') WITH (fillfactor = 80);
                CREATE TABLE @.messages_rest PARTITION OF @.messages DEFAULT;
                CREATE INDEX messages_room ON @.messages (room, sent_at DESC);
                CREATE INDEX messages_body ON @.messages USING gin (body);
                CREATE INDEX messages_rest_own ON @.messages_rest (room) WHERE body IS NULL;
                CREATE UNLOGGED TABLE @.presence (room int PRIMARY KEY, seen timestamptz);
                INSERT INTO @.rooms (name) SELECT 'Room ' || i FROM generate_series(1, 6) i;
                INSERT INTO @.messages (room, sent_at, body) SELECT i % 6 + 1, timestamp '2026-01-20' + i * interval '7 hours', jsonb_build_object('n', i) FROM generate_series(1, 60) i;
                INSERT INTO @.presence VALUES (1, now());
                """);
    }

    /** Tenants: composite keys and foreign keys, row-level security, defaults from settings. */
    private void learning(String schema) {
        add(schema, """
                CREATE SCHEMA @;
                CREATE TABLE @.courses (tenant int, id int, name text NOT NULL, PRIMARY KEY (tenant, id));
                CREATE TABLE @.members (tenant int, id int, mail text, joined date DEFAULT CURRENT_DATE, PRIMARY KEY (tenant, id), UNIQUE (tenant, mail));
                CREATE TABLE @.grades (tenant int, id int, course int, member int, grade numeric(3,1), PRIMARY KEY (tenant, id),
                    FOREIGN KEY (tenant, course) REFERENCES @.courses ON UPDATE CASCADE ON DELETE CASCADE, FOREIGN KEY (tenant, member) REFERENCES @.members MATCH FULL);
                CREATE INDEX grades_course ON @.grades (tenant, course);
                CREATE INDEX grades_member ON @.grades (tenant, member) INCLUDE (grade);
                ALTER TABLE @.grades ENABLE ROW LEVEL SECURITY;
                CREATE POLICY of_tenant ON @.grades USING (tenant = current_setting('app.tenant', true)::int) WITH CHECK (grade IS NOT NULL);
                CREATE POLICY of_staff ON @.grades FOR SELECT TO app_reader USING (true);
                GRANT SELECT ON @.grades, @.courses TO app_reader;
                CREATE PROCEDURE @.clean(older date) LANGUAGE plpgsql AS 'BEGIN DELETE FROM @.members WHERE joined < older; END';
                INSERT INTO @.courses SELECT t, i, 'Course ' || i FROM generate_series(1, 3) t, generate_series(1, 5) i;
                INSERT INTO @.members SELECT t, i, 'm' || i FROM generate_series(1, 3) t, generate_series(1, 10) i;
                INSERT INTO @.grades SELECT t, i, i % 5 + 1, i, 2.0 FROM generate_series(1, 3) t, generate_series(1, 10) i;
                """);
    }

    /** Ranges and geometry, composite types in arrays, children of INHERITS, a table of a type. */
    private void register(String schema) {
        add(schema, """
                CREATE SCHEMA @;
                CREATE TYPE @.position AS (lat float8, lon float8);
                CREATE TABLE @.things (id serial PRIMARY KEY, name text NOT NULL, at @.position, past @.position[]);
                CREATE TABLE @.roads (length int CHECK (length > 0), PRIMARY KEY (id)) INHERITS (@.things);
                CREATE TABLE @.rivers (flow numrange, PRIMARY KEY (id)) INHERITS (@.things);
                CREATE TABLE @.areas (id int PRIMARY KEY, span int4range NOT NULL, shape polygon, box box, EXCLUDE USING gist (span WITH &&, id WITH =));
                CREATE INDEX areas_box ON @.areas USING gist (box);
                CREATE INDEX areas_span ON @.areas USING gist (span);
                CREATE INDEX things_name ON @.things USING spgist (name);
                CREATE INDEX roads_name ON @.roads (name DESC);
                CREATE INDEX rivers_flow ON @.rivers USING gist (flow);
                CREATE TABLE @.spots OF @.position (lat NOT NULL);
                ALTER TABLE @.spots REPLICA IDENTITY FULL;
                INSERT INTO @.things (name, at) SELECT 'Thing ' || i, ROW(i, -i)::@.position FROM generate_series(1, 5) i;
                INSERT INTO @.roads (name, length, past) SELECT 'Road ' || i, i, ARRAY[ROW(1, i)::@.position] FROM generate_series(1, 5) i;
                INSERT INTO @.rivers (name, flow) SELECT 'River ' || i, numrange(i, i + 1) FROM generate_series(1, 5) i;
                INSERT INTO @.areas SELECT i, int4range(i * 10, i * 10 + 5), NULL, box(point(0, 0), point(i, i)) FROM generate_series(1, 5) i;
                INSERT INTO @.spots VALUES (1.5, 2.5), (1.5, 2.5);
                """);
    }

    /** Time series by hash partitions, aggregates in materialized views over each other, brin, wide rows. */
    private void monitoring(String schema) {
        StringBuilder wide = new StringBuilder();
        for (int i = 1; i <= 40; i++) {
            wide.append(", m").append(i).append(" double precision");
        }
        add(schema, """
                CREATE SCHEMA @;
                CREATE TABLE @.samples (host int NOT NULL, at timestamptz NOT NULL, value double precision, PRIMARY KEY (host, at)) PARTITION BY HASH (host);
                CREATE TABLE @.samples_0 PARTITION OF @.samples FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE @.samples_1 PARTITION OF @.samples FOR VALUES WITH (MODULUS 2, REMAINDER 1);
                CREATE INDEX samples_at ON @.samples USING brin (at);
                CREATE INDEX samples_value ON @.samples (value) WHERE value > 90;
                CREATE TABLE @.facts (id bigserial PRIMARY KEY%s);
                CREATE INDEX facts_m1 ON @.facts (m1, m2, m3);
                CREATE INDEX facts_m9 ON @.facts ((m9 + m10));
                CREATE MATERIALIZED VIEW @.hourly AS SELECT host, date_trunc('hour', at) AS hour, avg(value) AS value FROM @.samples GROUP BY 1, 2;
                CREATE MATERIALIZED VIEW @.daily AS SELECT host, date_trunc('day', hour) AS day, max(value) AS value FROM @.hourly GROUP BY 1, 2;
                CREATE UNIQUE INDEX hourly_key ON @.hourly (host, hour);
                CREATE UNIQUE INDEX daily_key ON @.daily (host, day);
                INSERT INTO @.samples SELECT h, timestamptz '2026-01-01 00:00Z' + n * interval '10 min', n FROM generate_series(1, 3) h, generate_series(1, 40) n;
                INSERT INTO @.facts (m1, m40) SELECT i, -i FROM generate_series(1, 20) i;
                """.formatted(wide));
    }

    /** One view over all modules. */
    private void overview() {
        List<String> parts = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            parts.add(
                    "SELECT 'forum' AS module, count(*) AS n FROM forum_%1$d.posts UNION ALL SELECT 'shop', count(*) FROM shop_%1$d.orders"
                            .formatted(i));
        }
        statements.add("CREATE VIEW public.overview AS " + String.join(" UNION ALL ", parts));
    }
}
