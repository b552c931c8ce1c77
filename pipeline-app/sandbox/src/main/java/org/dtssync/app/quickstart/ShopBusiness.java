package org.dtssync.app.quickstart;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The business of the shop: each action is one transaction of the application. Used by one thread, on its own connection.
 */
final class ShopBusiness {

    /** One kind of transaction. */
    @FunctionalInterface
    interface Deed {
        /** Does it, without the commit; returns whether to commit. */
        boolean perform(ShopBusiness business) throws SQLException;
    }

    /** Every kind, in the list as often as it should happen. */
    static final List<Deed> DEEDS = List.of(
            ShopBusiness::placeOrder,
            ShopBusiness::placeOrder,
            ShopBusiness::placeOrder,
            ShopBusiness::moveMoney,
            ShopBusiness::moveMoney,
            ShopBusiness::moveMoney,
            ShopBusiness::changeState,
            ShopBusiness::changeState,
            ShopBusiness::changePrice,
            ShopBusiness::changeCustomer,
            ShopBusiness::welcomeCustomer,
            ShopBusiness::viewPages,
            ShopBusiness::viewPages,
            ShopBusiness::noteEvents,
            ShopBusiness::renumberLines,
            ShopBusiness::changeKeys,
            ShopBusiness::cancelOrder,
            ShopBusiness::swapSales,
            ShopBusiness::thinkBetter,
            ShopBusiness::giveUp);

    private final Connection connection;
    private final Random random;

    ShopBusiness(Connection connection, Random random) {
        this.connection = connection;
        this.random = random;
    }

    /** Four tables in one transaction. */
    private boolean placeOrder() throws SQLException {
        long customer = random.nextInt(1, 20_000);
        String order = text("""
                INSERT INTO shop.orders (customer_id, note)
                SELECT id, 'ordered by ' || email FROM shop.customer WHERE id >= ? ORDER BY id LIMIT 1 RETURNING id
                """, customer);
        if (order == null) {
            return false;
        }
        int product = random.nextInt(1, 50);
        run("""
                INSERT INTO shop.order_line (order_id, line_number, product_id, pieces, price)
                SELECT ?::uuid, line, ? + line, line, 4.20 FROM generate_series(1, ?) AS line
                """, order, product, random.nextInt(1, 6));
        run("UPDATE shop.stock SET pieces = pieces - 1 WHERE product_id = ? AND warehouse = ?", product, warehouse());
        run(
                "UPDATE shop.customer SET last_order = ?::uuid WHERE id = (SELECT customer_id FROM shop.orders WHERE id = ?::uuid)",
                order,
                order);
        return true;
    }

    /** The sum of all balances stays what it was. */
    private boolean moveMoney() throws SQLException {
        int from = random.nextInt(1, 401);
        int to = 1 + (from + random.nextInt(0, 398)) % 400;
        int amount = random.nextInt(1, 100);
        run("UPDATE shop.account SET balance = balance - ? WHERE id = ?", amount, from);
        run("UPDATE shop.account SET balance = balance + ? WHERE id = ?", amount, to);
        run("INSERT INTO shop.transfer (from_account, to_account, amount) VALUES (?, ?, ?)", from, to, amount);
        return true;
    }

    /** A trigger writes a second table. */
    private boolean changeState() throws SQLException {
        run("""
                UPDATE shop.orders SET state = 'delivered', delivery = tstzrange(now(), now() + interval '2 hours')
                WHERE id = ?::uuid
                """, anyOrder());
        return true;
    }

    /** Description and picture are stored out of line and unchanged: the WAL does not contain them. */
    private boolean changePrice() throws SQLException {
        run("UPDATE shop.product SET price = price + 0.01 WHERE id = ?", random.nextInt(1, 2_000));
        return true;
    }

    private boolean changeCustomer() throws SQLException {
        run("""
                UPDATE shop.customer
                SET preferences = preferences || jsonb_build_object('seen', now()), loyalty = 'gold',
                    interests = array_append(interests, 'live')
                WHERE id = ?
                """, random.nextInt(1, 25_000));
        return true;
    }

    private boolean welcomeCustomer() throws SQLException {
        run("""
                INSERT INTO shop.customer (email, home)
                VALUES ('new.' || gen_random_uuid() || '@example.org', ROW('1 New Street', NULL, '00001')::shop.address)
                """);
        return true;
    }

    /** Rows without a key, many of them equal: one of several equal ones changes, another is deleted. */
    private boolean viewPages() throws SQLException {
        int page = random.nextInt(1, 50);
        run("INSERT INTO audit.page_view VALUES ('/page/' || ?, '10.0.1.1', '2025-10-01'), (NULL, NULL, NULL)", page);
        run("""
                UPDATE audit.page_view SET seen = seen + 1
                WHERE ctid = (SELECT ctid FROM audit.page_view WHERE page = '/page/' || ? LIMIT 1 FOR UPDATE SKIP LOCKED)
                """, page);
        run("""
                DELETE FROM audit.page_view
                WHERE ctid = (SELECT ctid FROM audit.page_view WHERE page = '/page/' || ? LIMIT 1 FOR UPDATE SKIP LOCKED)
                """, random.nextInt(1, 50));
        return true;
    }

    /** New rows, and one that moves to another partition. */
    private boolean noteEvents() throws SQLException {
        run("""
                INSERT INTO shop.event (happened_at, kind, body)
                SELECT timestamptz '2025-12-31 23:00+00' + n * interval '7 minutes', 'live', '{"n": null}'
                FROM generate_series(1, 15) AS n
                """);
        run(
                "UPDATE shop.event SET happened_at = happened_at + interval '1 year' WHERE id = ?",
                random.nextInt(1, 60_000));
        return true;
    }

    /** Every key of an order changes at once, and takes the place of another. */
    private boolean renumberLines() throws SQLException {
        run(
                "UPDATE shop.order_line SET line_number = line_number + 10 WHERE order_id = ?::uuid AND line_number < 900",
                anyOrder());
        return true;
    }

    private boolean changeKeys() throws SQLException {
        run("""
                UPDATE shop.coupon SET code = 'LIVE-' || gen_random_uuid(), percent = 1 + (percent + 6) % 90
                WHERE code = (SELECT code FROM shop.coupon OFFSET ? LIMIT 1)
                """, random.nextInt(0, 400));
        run("""
                UPDATE shop."Gift Card" SET "Card No." = "Card No." || '!', "select" = "select" + 1
                WHERE "Card No." = (SELECT "Card No." FROM shop."Gift Card" WHERE length("Card No.") < 200 OFFSET ? LIMIT 1)
                """, random.nextInt(0, 250));
        return true;
    }

    /** Lines go with the order, and the customer's last order becomes none. */
    private boolean cancelOrder() throws SQLException {
        run("DELETE FROM shop.orders WHERE id = ?::uuid", anyOrder());
        return true;
    }

    /** Occasionally the table is emptied and refilled, in one transaction. */
    private boolean swapSales() throws SQLException {
        if (random.nextInt(20) == 0) {
            run("TRUNCATE shop.sale_period");
            run("""
                    INSERT INTO shop.sale_period
                    SELECT n, 'Again ' || n, tstzrange(timestamptz '2027-01-01 00:00+00' + n * interval '3 days',
                                                       timestamptz '2027-01-02 00:00+00' + n * interval '3 days')
                    FROM generate_series(1, 40) AS n
                    """);
        } else {
            run(
                    "UPDATE shop.sale_period SET title = title || '*' WHERE id = ? AND length(title) < 100",
                    random.nextInt(1, 41));
        }
        return true;
    }

    /** Half of the transaction is rolled back. */
    private boolean thinkBetter() throws SQLException {
        run(
                "UPDATE shop.measurement SET how_long = how_long + interval '1 second' WHERE id = ?",
                random.nextInt(4, 2_001));
        run("SAVEPOINT before");
        run("DELETE FROM shop.measurement WHERE id = ?", random.nextInt(4, 2_001));
        run("UPDATE shop.account SET balance = 0 WHERE id = ?", random.nextInt(1, 401));
        run("ROLLBACK TO SAVEPOINT before");
        return true;
    }

    /** Much is written and all of it rolled back. */
    private boolean giveUp() throws SQLException {
        run("INSERT INTO shop.event (happened_at, kind) SELECT now(), 'never' FROM generate_series(1, 200)");
        run("UPDATE shop.account SET balance = balance * 2 WHERE id = ?", random.nextInt(1, 401));
        return false;
    }

    private String warehouse() {
        return "W" + random.nextInt(1, 9);
    }

    private @Nullable String anyOrder() throws SQLException {
        return text("SELECT id FROM shop.orders WHERE id >= gen_random_uuid() ORDER BY id LIMIT 1");
    }

    private @Nullable String text(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    private void run(String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values)) {
            statement.execute();
        }
    }

    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }
}
