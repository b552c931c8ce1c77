-- The value of default_transaction_read_only before the read-only gate set it: for the database (no role) and for each role in it. Created at the
-- end that is closed, in the transaction that closes it. Safe to run again.
CREATE TABLE IF NOT EXISTS dts_sync.write_fence (
    task      text NOT NULL,
    role_name text NOT NULL,           -- empty: the database's own
    earlier   text,                    -- null: it was not set
    PRIMARY KEY (task, role_name)
);
