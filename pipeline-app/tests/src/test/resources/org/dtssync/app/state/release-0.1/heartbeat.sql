-- The heartbeat of each task: written at the source, carried through the topics like any row, applied at the destination.
-- Made at both ends. Safe to run again.
CREATE SCHEMA IF NOT EXISTS dts_sync;

CREATE TABLE IF NOT EXISTS dts_sync.heartbeat (
    task       text PRIMARY KEY,
    sequence   bigint NOT NULL,
    written_at timestamptz NOT NULL
);
