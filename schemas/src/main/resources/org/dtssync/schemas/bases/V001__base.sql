-- The bases that were taken of a task and not deleted by dts-sync since. Safe to run again.
CREATE TABLE IF NOT EXISTS dts_sync.base (
    task      text NOT NULL,
    place     text NOT NULL,           -- the directory, on the machine that took it
    cut       bigint NOT NULL,         -- the number of the cut that it is exact at
    lsn       pg_lsn NOT NULL,
    as_of     timestamptz NOT NULL,    -- when that cut committed
    taken_at  timestamptz NOT NULL,
    PRIMARY KEY (task, place)
);
