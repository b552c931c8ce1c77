-- What default_transaction_read_only was before a fence set it: for the database (no role) and for each role in it. Made at the
-- end that is fenced, in the transaction that fences it. Safe to run again.
CREATE TABLE IF NOT EXISTS dts_sync.write_fence (
    task      text NOT NULL,
    role_name text NOT NULL,           -- empty: the database's own
    earlier   text,                    -- null: it was not set
    PRIMARY KEY (task, role_name)
);
