-- What each table goes through, run several times; :n is another number each time. Lines of two dashes alone part
-- what is sent to the server at once, each a transaction of its own unless it says otherwise.
INSERT INTO only_key VALUES (1000 + :n), (2000 + :n);
DELETE FROM only_key WHERE id = 3 + :n;
UPDATE only_key SET id = 3000 + :n WHERE id = 10 + :n;
--
UPDATE key_of_16 SET note = 'changed :n' WHERE k1 % 5 = :n;
UPDATE key_of_16 SET k8 = k8 + 10, k13 = -1 WHERE k1 = 5 + :n;
DELETE FROM key_of_16 WHERE k1 = 15 + :n;
UPDATE key_of_32 SET note = 'changed :n' WHERE k1 % 5 = :n;
UPDATE key_of_32 SET k32 = k32 + 10 WHERE k1 = 5 + :n;
DELETE FROM key_of_32 WHERE k1 = 15 + :n;
UPDATE mixed_key SET note = 'changed :n', f = NOT f WHERE d < 2;
UPDATE mixed_key SET d = d + 0.000000001 WHERE d > 3;
DELETE FROM mixed_key WHERE d BETWEEN 2 + :n / 10.0 AND 2.1 + :n / 10.0;
--
UPDATE unique_only SET note = 'changed :n' WHERE part = 1;
UPDATE unique_only SET part = part + 10 WHERE code = 'c:n';
UPDATE unique_only SET code = code || '!', note = NULL WHERE code LIKE '_2%';
DELETE FROM unique_only WHERE code = 'c1:n';
INSERT INTO unique_only VALUES ('new:n', :n, NULL, repeat('n', 9000));
--
UPDATE index_beside_key SET note = 'changed :n' WHERE id % 3 = 0;
UPDATE index_beside_key SET id = id + 1000 * :n WHERE id BETWEEN 4 * :n AND 4 * :n + 1;
--
UPDATE index_beside_key SET code = code || '-:n' WHERE id % 7 = :n;
UPDATE index_beside_key SET code = code || '+', id = id + 100 WHERE id = 20 + :n;
DELETE FROM index_beside_key WHERE id = 24 + :n;
--
BEGIN;
UPDATE index_beside_key SET code = 'swap' WHERE id = 1;
UPDATE index_beside_key SET code = (SELECT '2nd-:n') WHERE id = 2;
UPDATE index_beside_key SET code = '1st-:n' WHERE id = 1;
COMMIT;
--
UPDATE unique_nullable SET note = 'changed :n' WHERE code IS NULL AND note = 'v';
UPDATE unique_nullable SET code = NULL WHERE code = 'c:n';
UPDATE unique_nullable SET code = 'was null :n' WHERE ctid = (SELECT min(ctid) FROM unique_nullable WHERE code IS NULL);
DELETE FROM unique_nullable WHERE code = 'c1:n';
--
INSERT INTO no_key SELECT i % 5, nullif('b' || i % 4, 'b0'), nullif(i % 3, 0) FROM generate_series(1, 40) i;
UPDATE no_key SET b = 'one of many' WHERE ctid = (SELECT min(ctid) FROM no_key WHERE a = 2 AND b IS NULL);
UPDATE no_key SET c = NULL WHERE a = :n AND c = 1;
DELETE FROM no_key WHERE ctid = (SELECT max(ctid) FROM no_key WHERE a = 4);
DELETE FROM no_key WHERE ctid IN (SELECT ctid FROM no_key WHERE c IS NULL ORDER BY ctid LIMIT 5);
INSERT INTO no_key VALUES (NULL, NULL, NULL), (NULL, NULL, NULL), (0, '', 1.0), (0, '', 1.00), (0, E'\t\\N\n', -0.0);
--
UPDATE no_key SET a = a WHERE a = 3;
UPDATE no_key SET a = a + 1 WHERE a IS NOT NULL;
--
UPDATE no_key_big SET a = a + 1 WHERE a = :n;
UPDATE no_key_big SET a = a + 10, bin = '\x00' WHERE ctid = (SELECT min(ctid) FROM no_key_big WHERE octet_length(bin) > 1);
DELETE FROM no_key_big WHERE ctid = (SELECT max(ctid) FROM no_key_big);
UPDATE full_with_key SET note = 'changed :n' WHERE id % 4 = :n;
UPDATE full_with_key SET id = id + 100 WHERE id IN (9 + :n, 19 + :n);
DELETE FROM full_with_key WHERE id = 24 + :n;
--
UPDATE full_deferrable_key SET id = id + 1;
--
UPDATE full_deferrable_key SET note = 'changed :n' WHERE id % 4 = :n;
DELETE FROM full_deferrable_key WHERE id = 14 + :n;
UPDATE full_deferrable_key SET id = 25 - id WHERE id BETWEEN 5 AND 20;
--
-- A value handed on inside one transaction, a swap through a third value, and a cycle over several transactions.
BEGIN;
UPDATE unique_beside SET slot = NULL WHERE id = :n;
UPDATE unique_beside SET slot = :n WHERE id = 10 + :n;
DELETE FROM unique_beside WHERE id = 20 + :n;
INSERT INTO unique_beside VALUES (100 + :n, 20 + :n, 'p2:n', 'b');
COMMIT;
--
BEGIN;
UPDATE unique_beside SET slot = -1, place = NULL WHERE id = 5;
UPDATE unique_beside SET slot = 100 + :n, place = 'Five' WHERE id = 6;
UPDATE unique_beside SET slot = 200 + :n, place = 'Six' WHERE id = 5;
COMMIT;
--
UPDATE unique_beside SET slot = NULL WHERE id = 30;
--
UPDATE unique_beside SET slot = 3000 + :n WHERE id = 31;
--
UPDATE unique_beside SET slot = 3100 + :n WHERE id = 30;
--
BEGIN;
UPDATE unique_beside SET id = -1 WHERE id = 35;
UPDATE unique_beside SET id = 35 WHERE id = 36;
UPDATE unique_beside SET id = 36 WHERE id = -1;
COMMIT;
--
UPDATE unique_beside SET id = -2 WHERE id = 37;
--
UPDATE unique_beside SET id = 37 WHERE id = 38;
--
UPDATE unique_beside SET id = 38 WHERE id = 39;
--
UPDATE unique_beside SET id = 39 WHERE id = -2;
--
UPDATE unique_deferrable SET rank = rank + 1;
UPDATE unique_deferrable SET rank = 1000 * :n + 1000 - rank WHERE id BETWEEN 10 AND 20;
--
BEGIN;
UPDATE unique_deferrable SET late = 7 WHERE id = 8;
UPDATE unique_deferrable SET late = 8 WHERE id = 7;
UPDATE unique_deferrable SET late = 70 + :n WHERE id = 7;
UPDATE unique_deferrable SET late = 80 + :n WHERE id = 8;
COMMIT;
--
BEGIN;
DELETE FROM excluding WHERE id = :n;
INSERT INTO excluding VALUES (100 + :n, int4range(:n * 10 - 5, :n * 10 + 10), 'grown :n') ON CONFLICT DO NOTHING;
UPDATE excluding SET during = 'empty' WHERE id = 10;
UPDATE excluding SET during = int4range(1000 * :n, 1000 * :n + 5) WHERE id = 11;
UPDATE excluding SET during = int4range(1000 * :n + 5, 1000 * :n + 9) WHERE id = 10;
COMMIT;
--
UPDATE checked SET amount = amount + 1 WHERE id % 2 = 0;
INSERT INTO checked (id, amount) VALUES (100 + :n, 1);
--
UPDATE identity_always SET note = 'changed :n' WHERE id % 4 = :n;
UPDATE identity_always SET id = DEFAULT WHERE id = 8 + :n;
INSERT INTO identity_always (id, note) OVERRIDING SYSTEM VALUE VALUES (1000 + :n, 'own');
DELETE FROM identity_always WHERE id = 12 + :n;
UPDATE identity_beside SET note = 'changed :n' WHERE nr % 4 = :n;
UPDATE identity_beside SET nr = DEFAULT WHERE code = 'c1:n';
UPDATE identity_beside SET code = code || 'x' WHERE code = 'c2:n';
INSERT INTO identity_beside (code, note) VALUES ('new :n', 'v');
DELETE FROM identity_beside WHERE code = 'c:n';
UPDATE identity_default SET id = id + 1000 WHERE id = 10 + :n;
INSERT INTO identity_default (note) VALUES ('new :n');
INSERT INTO identity_default VALUES (5000 + :n, 'own');
INSERT INTO serial_key (note) VALUES ('new :n');
UPDATE generated_first SET label = 'changed :n' WHERE id % 3 = 0;
UPDATE generated_first SET id = id + 100 WHERE id = 10 + :n;
INSERT INTO generated_first (id, label) VALUES (1000 + :n, 'new');
--
UPDATE by_list SET note = 'changed :n' WHERE id % 5 = :n;
UPDATE by_list SET area = 'n' WHERE area = 's' AND id % 3 = :n % 3;
UPDATE by_list SET area = 's' WHERE area = 'w' AND id % 3 = :n % 3;
UPDATE by_list SET id = id + 1000 WHERE id = 50 + :n;
INSERT INTO by_list VALUES (2000 + :n, 'ne', 'new', NULL), (2000 + :n, 's', 'new', 'b'), (2000 + :n, 'zz', 'new', 'b');
DELETE FROM by_list WHERE id IN (4 * :n, 4 * :n + 1, 4 * :n + 2);
UPDATE by_range SET id = id + 1 WHERE id IN (95 + :n - :n, 100, 105) AND note = 'v';
UPDATE by_range SET id = 301 - id, note = 'moved :n' WHERE id IN (10 * :n, 10 * :n + 200);
INSERT INTO by_range VALUES (1000 + :n, 'new'), (-:n, 'new');
UPDATE by_hash SET id = id + 1 WHERE id % 3 = :n % 3;
UPDATE by_hash SET note = NULL WHERE ctid = '(0,2)';
DELETE FROM by_hash WHERE ctid = '(0,3)';
UPDATE parent SET note = 'changed :n' WHERE id % 5 = :n;
DELETE FROM ONLY parent WHERE id = 10 + :n;
INSERT INTO child VALUES (100 + :n, 'new', 1);
UPDATE child SET id = id + 1000 WHERE id = 11 + :n;
DELETE FROM parent WHERE id = 25 + :n;
--
UPDATE "a b" SET "Col Umn" = 'changed :n' WHERE id % 4 = :n;
UPDATE a_b SET "Col Umn" = 'changed too :n' WHERE id % 3 = 0;
UPDATE "a.b" SET "x.y" = 'changed :n', x_y = NULL WHERE id % 4 = :n;
UPDATE "A_B" SET "select" = 'changed :n', "Id 2" = -1 WHERE id % 4 = :n;
UPDATE "a_x0020_b" SET "_x0041_" = 'changed :n', "A" = NULL WHERE id % 4 = :n;
UPDATE "select" SET "from" = "from" + 100 * :n, "group by" = 'changed' WHERE "from" % 4 = :n;
UPDATE "quo""te'd" SET "it's" = 'it''s', "back\slash" = '\', "?" = '?', "{brace}" = '{d ''x''}', "$1" = '$1', "a;b" = ';', "a,b" = ','
    WHERE "i""d" % 4 = :n;
UPDATE "quo""te'd" SET "i""d" = "i""d" + 100 WHERE "i""d" = 10 + :n;
UPDATE "Größe 漢字 🐘" SET "値" = '漢 🐘 :n', "Schlüssel" = "Schlüssel" + 100 WHERE "Schlüssel" % 4 = :n;
DELETE FROM "Größe 漢字 🐘" WHERE "Schlüssel" = 12 + :n;
UPDATE nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn SET "1st" = 'changed :n', "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ" = NULL
    WHERE kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk % 4 = :n;
UPDATE ctid_names SET c0 = 'changed :n', s = c1, excluded = t WHERE id % 4 = :n;
UPDATE ctid_names SET id = id + 100 WHERE id = 10 + :n;
--
UPDATE wide SET c1 = -1, c1599 = :n WHERE id % 4 = :n;
UPDATE wide SET id = id + 100 WHERE id = 4 + :n;
DO $$
BEGIN
    FOR r IN 1 .. 3 LOOP
        EXECUTE 'INSERT INTO wide SELECT ' || 10000 * :n + r || (SELECT string_agg(', ' || 100000000 + i, '' ORDER BY i) FROM generate_series(1, 1599) i);
        EXECUTE 'INSERT INTO wide_numbers SELECT ' || 10000 * :n + r || (SELECT string_agg(', ' || 100000000 + i, '' ORDER BY i) FROM generate_series(1, 1200) i);
        EXECUTE 'INSERT INTO wide_text (id, ' || (SELECT string_agg('c' || i, ', ' ORDER BY i) FROM generate_series(1, 400) i) || ') SELECT '
            || 10000 * :n + r || (SELECT string_agg(', ''value ' || i || '''', '' ORDER BY i) FROM generate_series(1, 400) i);
    END LOOP;
END $$;
UPDATE wide_numbers SET c2 = NULL, c1200 = -c1200;
UPDATE wide_numbers SET id = id + 5000 WHERE id % 3 = 0;
UPDATE wide SET c2 = NULL WHERE id > 10000 * :n;
UPDATE wide_text SET c2 = 'changed', c1100 = E'"\\\t\u0001' WHERE id % 4 = :n OR id > 10000 * :n;
--
BEGIN;
INSERT INTO emptied (note) VALUES ('before');
INSERT INTO emptied_no_key VALUES (1, 'before');
UPDATE emptied_child SET note = 'before' WHERE id < 5;
TRUNCATE emptied, emptied_no_key RESTART IDENTITY CASCADE;
INSERT INTO emptied (note) SELECT 'after :n ' || i FROM generate_series(1, 10) i;
INSERT INTO emptied_child SELECT i, i, 'after :n' FROM generate_series(1, 5) i;
INSERT INTO emptied_no_key VALUES (1, 'after'), (1, 'after'), (NULL, NULL);
COMMIT;
--
UPDATE emptied SET note = 'behind :n' WHERE id % 2 = 0;
DELETE FROM emptied_no_key WHERE ctid = (SELECT min(ctid) FROM emptied_no_key WHERE a = 1);
TRUNCATE emptied_child;
--
INSERT INTO emptied_child SELECT i, i, 'again :n' FROM generate_series(3, 7) i;
--
UPDATE toasted SET n = n + 1 WHERE id % 3 = 0;
UPDATE toasted SET id = id + 100 * :n WHERE id BETWEEN 10 * :n AND 10 * :n + 5;
--
UPDATE toasted SET id = id + 1000, n = n + 1 WHERE id BETWEEN 100 * :n AND 100 * :n + 90;
UPDATE toasted SET big = 'small now' WHERE id = 50 + :n;
UPDATE toasted SET small = 'c' WHERE id = 50 + :n;
INSERT INTO toasted SELECT 5000 + :n, n, big, bin, doc, arr, num, small FROM toasted WHERE id = 60;
UPDATE toasted SET n = -1 WHERE id = 5000 + :n;
UPDATE toasted SET id = 6000 + :n WHERE id = 5000 + :n;
--
UPDATE toasted SET id = 7000 + :n WHERE id = 6000 + :n;
--
BEGIN;
UPDATE toasted SET id = -1 WHERE id = 70;
UPDATE toasted SET id = 70 WHERE id = 71;
UPDATE toasted SET id = 71 WHERE id = 72;
UPDATE toasted SET id = 72 WHERE id = -1;
COMMIT;
--
BEGIN;
INSERT INTO subtransactions VALUES (100 + :n, 'kept');
SAVEPOINT a;
UPDATE subtransactions SET note = 'lost' WHERE id < 10;
INSERT INTO subtransactions VALUES (200 + :n, 'lost');
SAVEPOINT b;
DELETE FROM subtransactions WHERE id > 20;
RELEASE SAVEPOINT b;
ROLLBACK TO SAVEPOINT a;
SAVEPOINT c;
INSERT INTO subtransactions VALUES (200 + :n, 'kept too');
RELEASE SAVEPOINT c;
UPDATE subtransactions SET note = 'changed :n' WHERE id % 4 = :n;
COMMIT;
--
BEGIN;
DELETE FROM subtransactions;
TRUNCATE no_key, toasted;
ROLLBACK;
