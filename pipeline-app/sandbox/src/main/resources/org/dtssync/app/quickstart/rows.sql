-- The sample shop's rows. The setting shop.rows says about how many there are in all; each table gets a share of them.
-- Everything is reckoned from the row's number, so that two runs hold the same rows.

INSERT INTO shop.category (slug, parent, title)
SELECT 'category-' || n, CASE WHEN n > 5 THEN 'category-' || n % 5 + 1 END, 'Category ' || n
FROM generate_series(1, 40) AS n;

INSERT INTO shop.warehouse (code, place, opens, network)
SELECT 'W' || n, point(n * 1.5, -n / 3.0), time '06:00' + n * interval '15 minutes', ('10.' || n || '.0.0/16')::cidr
FROM generate_series(1, 8) AS n;

INSERT INTO shop.product (sku, category, title, description, picture, price, weight_grams, fits_ages, attributes, guarantee)
SELECT 'SKU-' || lpad(n::text, 6, '0'),
       'category-' || n % 40 + 1,
       CASE n % 4 WHEN 0 THEN 'Lampe „Mond“ ' WHEN 1 THEN 'Табурет ' WHEN 2 THEN '椅子 ' ELSE 'Desk ' END || n,
       -- One in three is too large for its page and stored apart.
       (SELECT string_agg(md5(n || '/' || part), ' ') FROM generate_series(1, CASE n % 3 WHEN 0 THEN 150 ELSE 5 END) AS part),
       CASE WHEN n % 5 = 0 THEN (SELECT string_agg(decode(md5(part || '-' || n), 'hex'), '\x') FROM generate_series(1, 200) AS part) END,
       (n % 500) + 0.99,
       CASE WHEN n % 100 = 0 THEN 'NaN' ELSE n * 1.75 END,
       CASE WHEN n % 2 = 0 THEN int4range(n % 12, n % 12 + 6) ELSE 'empty' END,
       jsonb_build_object('colour', CASE n % 3 WHEN 0 THEN 'red' ELSE NULL END, 'sizes', jsonb_build_array(n % 7, n % 11)),
       CASE n % 3 WHEN 0 THEN interval '2 years' WHEN 1 THEN interval '6 mons -1 days 00:00:00.5' END
FROM generate_series(1, greatest(50, current_setting('shop.rows')::int / 175)) AS n;

INSERT INTO shop.stock (product_id, warehouse, pieces, counted_at)
SELECT product.id, warehouse.code, 1000 + product.id % 50, CASE WHEN product.id % 9 = 0 THEN 'infinity' ELSE '2025-11-01 12:00+00'::timestamptz END
FROM shop.product CROSS JOIN shop.warehouse;

INSERT INTO shop.customer (email, loyalty, home, interests, preferences, born, created_at)
SELECT 'Customer.' || n || '@example.org',
       (ARRAY['none', 'bronze', 'silver', 'gold']::shop.loyalty[])[n % 4 + 1],
       CASE WHEN n % 6 > 0 THEN ROW(n || ' "Long" Street, rear', CASE WHEN n % 2 = 0 THEN 'Kathmandu' END, lpad((n % 99999)::text, 5, '0'))::shop.address END,
       CASE n % 3 WHEN 0 THEN ARRAY['tea', NULL, 'with, comma', 'with "quotes"'] WHEN 1 THEN '{}'::text[] END,
       jsonb_build_object('letters', n % 2 = 0, 'theme', 'dark\light', 'limit', n / 7.0),
       date '1950-01-01' + n % 20000,
       timestamptz '2021-01-01 00:00+00' + n * interval '37 minutes'
FROM generate_series(1, greatest(100, current_setting('shop.rows')::int / 14)) AS n;

INSERT INTO shop.orders (id, customer_id, state, placed_at, delivery, note)
SELECT md5('order ' || n)::uuid,
       customer.id,
       (ARRAY['placed', 'paid', 'shipped', 'delivered', 'returned']::shop.order_state[])[n % 5 + 1],
       timestamptz '2023-01-01 00:00+00' + n * interval '11 minutes',
       CASE n % 3 WHEN 0 THEN tstzrange('2025-12-01 08:00+00', NULL) WHEN 1 THEN tstzrange('2025-12-01 08:00+00', '2025-12-01 10:00+00', '[]') END,
       CASE WHEN n % 10 = 0 THEN E'two\nlines\tand a tab \\ and more' END
FROM generate_series(1, greatest(200, current_setting('shop.rows')::int / 7)) AS n
JOIN shop.customer ON customer.id = 1 + n % greatest(100, current_setting('shop.rows')::int / 14);

INSERT INTO shop.order_line (order_id, line_number, product_id, pieces, price)
SELECT orders.id, line, 1 + abs(hashtext(orders.id::text || line)) % (SELECT max(id) FROM shop.product), line, line * 9.95
FROM shop.orders CROSS JOIN generate_series(1, 3) AS line
WHERE line < 3 OR orders.state <> 'placed';

UPDATE shop.customer SET last_order = latest.id
FROM (SELECT DISTINCT ON (customer_id) customer_id, id FROM shop.orders ORDER BY customer_id, placed_at DESC) AS latest
WHERE latest.customer_id = customer.id AND customer.id % 2 = 0;

INSERT INTO shop.coupon (code, percent, valid, used_by)
SELECT 'SAVE-' || n, 1 + n % 90, daterange('2025-01-01', CASE WHEN n % 2 = 0 THEN date '2026-01-01' + n END), CASE WHEN n % 3 = 0 THEN ARRAY[n, n + 1]::bigint[] END
FROM generate_series(1, 500) AS n;

INSERT INTO shop.account (owner, balance) SELECT 'Owner ' || n, 1000 FROM generate_series(1, 400) AS n;

INSERT INTO shop."Gift Card" ("Card No.", "select", "für wen")
SELECT 'Nº ' || n, n, CASE WHEN n % 2 = 0 THEN 'Zoë' END FROM generate_series(1, 300) AS n;

INSERT INTO shop.sale_period (id, title, during)
SELECT n, 'Sale ' || n, tstzrange(timestamptz '2024-01-01 00:00+00' + n * interval '10 days', timestamptz '2024-01-06 00:00+00' + n * interval '10 days')
FROM generate_series(1, 50) AS n;

INSERT INTO shop.event (happened_at, kind, body)
SELECT timestamptz '2024-03-01 00:00+00' + n * interval '17 minutes', 'kind ' || n % 12, jsonb_build_object('number', n, 'path', '/p/' || n % 100)
FROM generate_series(1, greatest(300, current_setting('shop.rows')::int / 5)) AS n;

INSERT INTO shop.measurement VALUES
    (1, 'NaN', 'NaN', 'NaN', B'101', '192.168.0.1/24', '08:00:2b:01:02:03', '23:59:59.999', 'infinity', '-infinity', '-1 year -2 days +03:04:05.678901', 'fat:2A cat:3B', '{"[1,5)","(,7]"}', '{{1,2},{3,NULL}}', 'x'),
    (2, 1e-30, '-0', '-Infinity', B'', '::1', NULL, '00:00', '0044-03-15 12:00:00+00 BC', '294276-12-31 23:59:59.999999', '178000000 years', '', '{}', '[0:1]={7,8}', NULL),
    (3, 123456789012345678901234567890.000, 1.17549435e-38, 2.2250738585072014e-308, B'1111111111111111', '2001:db8::/32', 'ff:ff:ff:ff:ff:ff', '24:00', '2026-06-30 23:59:60+00', '0001-01-01', '1.5 seconds ago', NULL, NULL, '{}', 'Z');
INSERT INTO shop.measurement (id, exact, float_double, with_zone, how_long)
SELECT n, n / 7.0, sqrt(n), timestamptz '1970-01-01 00:00+00' + n * interval '1 day 0.000001 seconds', n * interval '1 minute'
FROM generate_series(4, 2000) AS n;

-- Every row about ten times.
INSERT INTO audit.page_view (page, visitor, seen)
SELECT CASE WHEN n % 50 > 0 THEN '/page/' || n % 50 END, ('10.0.' || n % 8 || '.1')::inet, date '2025-10-01' + n % 5
FROM generate_series(1, greatest(500, current_setting('shop.rows')::int / 14)) AS n;

INSERT INTO shop.pulse VALUES (1, 0);

REFRESH MATERIALIZED VIEW shop.best_seller;
ANALYZE;
