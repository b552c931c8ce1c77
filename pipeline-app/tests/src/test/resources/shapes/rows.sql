-- Rows that are there before anything begins.
INSERT INTO only_key SELECT generate_series(1, 30);
INSERT INTO key_of_16 (note, k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11, k12, k13, k14, k15, k16)
    SELECT 'v', i, i, i, i, i, i, i, i % 3, i, i, i, i, i % 2, i, i, i FROM generate_series(1, 30) i;
INSERT INTO key_of_32
    SELECT i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i % 4, 'v'
    FROM generate_series(1, 30) i;
INSERT INTO mixed_key SELECT 'a' || i % 2, md5(i::text)::uuid, '2026-01-01'::timestamptz + i * interval '1 s', i / 7.0,
    decode(md5(i::text), 'hex'), i % 2 = 0, 'v' FROM generate_series(1, 30) i;
INSERT INTO unique_only SELECT 'c' || i, i % 3, 'v', repeat(md5(i::text), 300) FROM generate_series(1, 30) i;
INSERT INTO index_beside_key SELECT i, 'c' || i, 'v', repeat(md5(i::text), 300) FROM generate_series(1, 30) i;
INSERT INTO unique_nullable SELECT nullif('c' || i % 15, 'c0'), 'v' || i FROM generate_series(0, 14) i;
INSERT INTO unique_nullable VALUES (NULL, 'v'), (NULL, 'v'), (NULL, NULL);
INSERT INTO no_key SELECT i % 5, nullif('b' || i % 4, 'b0'), nullif(i % 3, 0) FROM generate_series(1, 200) i;
INSERT INTO no_key_big SELECT i % 3, repeat('big' || i % 3, 3000), decode(repeat(md5((i % 2)::text), 300), 'hex'),
    jsonb_build_object('x', repeat(md5((i % 3)::text), 300)) FROM generate_series(1, 20) i;
INSERT INTO full_with_key SELECT i, 'v', repeat(md5(i::text), 300) FROM generate_series(1, 30) i;
INSERT INTO full_deferrable_key SELECT i, 'v' || i, repeat(md5(i::text), 300) FROM generate_series(1, 30) i;
INSERT INTO unique_beside SELECT i, i, 'P' || i, repeat(md5(i::text), 300) FROM generate_series(1, 40) i;
INSERT INTO unique_deferrable SELECT i, i, i, repeat(md5(i::text), 300) FROM generate_series(1, 40) i;
INSERT INTO excluding SELECT i, int4range(i * 10, i * 10 + 10), 'v' FROM generate_series(1, 20) i;
INSERT INTO checked (id, amount, note) SELECT i, i, 'v' FROM generate_series(1, 20) i;
INSERT INTO identity_always (note, big) SELECT 'v', repeat(md5(i::text), 300) FROM generate_series(1, 30) i;
INSERT INTO identity_beside (code, note, big) SELECT 'c' || i, 'v', repeat(md5(i::text), 300) FROM generate_series(1, 30) i;
INSERT INTO identity_default (note) SELECT 'v' FROM generate_series(1, 30);
INSERT INTO serial_key (note) SELECT 'v' FROM generate_series(1, 30);
INSERT INTO generated_first (id, label) SELECT i, 'l' || i FROM generate_series(1, 30) i;
INSERT INTO by_list SELECT i, (ARRAY['n', 'ne', 's', 'w'])[1 + i % 4], 'v', repeat(md5(i::text), 300) FROM generate_series(1, 60) i;
INSERT INTO by_range SELECT i * 5, 'v' FROM generate_series(1, 60) i;
INSERT INTO by_hash SELECT i % 20, 'v' || i % 2 FROM generate_series(1, 60) i;
INSERT INTO parent SELECT i, 'parent' FROM generate_series(1, 20) i;
INSERT INTO child SELECT i, 'child', i FROM generate_series(10, 30) i;
INSERT INTO grandchild SELECT i, 'grandchild', i, 'more' FROM generate_series(20, 40) i;
INSERT INTO "a b" SELECT i, 'space' FROM generate_series(1, 20) i;
INSERT INTO a_b SELECT i, 'underscore' FROM generate_series(1, 20) i;
INSERT INTO "a.b" SELECT i, 'dot', 'underscore' FROM generate_series(1, 20) i;
INSERT INTO "A_B" SELECT i, 'upper', i FROM generate_series(1, 20) i;
INSERT INTO "a_x0020_b" SELECT i, 'escape', 'plain' FROM generate_series(1, 20) i;
INSERT INTO "select" SELECT i, -i, 'reserved' FROM generate_series(1, 20) i;
INSERT INTO "quo""te'd" SELECT i, 'a', 'b', 'c', 'd', 'e', 'f', 'g' FROM generate_series(1, 20) i;
INSERT INTO "Größe 漢字 🐘" SELECT i, '値' || i, '🐘' FROM generate_series(1, 20) i;
INSERT INTO nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn SELECT i, 'long', '1', 'Ä' FROM generate_series(1, 20) i;
INSERT INTO ctid_names SELECT i, 's', 't', 'b', 'g', 'c0', 'c1', 'x', 'i' FROM generate_series(1, 20) i;
INSERT INTO wide (id, c1, c800, c1599) SELECT i, i, i, i FROM generate_series(1, 10) i;
INSERT INTO wide_text (id, c1, c1199) SELECT i, 'first', 'last' FROM generate_series(1, 10) i;
INSERT INTO emptied (note) SELECT 'v' FROM generate_series(1, 30);
INSERT INTO emptied_child SELECT i, i, 'v' FROM generate_series(1, 30) i;
INSERT INTO emptied_no_key SELECT i % 3, 'v' FROM generate_series(1, 30) i;
INSERT INTO toasted SELECT i, 0, repeat('t' || i, 3000), decode(repeat(md5(i::text), 300), 'hex'),
    jsonb_build_object('x', repeat(md5(i::text), 300)), array_fill(md5(i::text), ARRAY[200]),
    repeat(i::text, 9000)::numeric, 's' FROM generate_series(1, 90) i;
INSERT INTO subtransactions SELECT i, 'v' FROM generate_series(1, 30) i;
