-- Which migrations were applied, at either end. Safe to run again.
CREATE SCHEMA IF NOT EXISTS dts_sync;

CREATE TABLE IF NOT EXISTS dts_sync.version (
    part       text NOT NULL,           -- the set of migrations: state, heartbeat or read-only
    number     integer NOT NULL,
    name       text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    program    text NOT NULL,           -- the version of dts-sync that applied it
    PRIMARY KEY (part, number)
);
