-- A database that was made from a base and the topics. Its position is in dts_sync.apply_position, under the same name as here: that of the
-- task, with ".replay" behind it. Safe to run again.
CREATE TABLE IF NOT EXISTS dts_sync.replay (
    task      text PRIMARY KEY,
    base      text NOT NULL,           -- SHA-256 of the base's manifest
    begun_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The files of the base that were loaded; written in the transaction that loads each.
CREATE TABLE IF NOT EXISTS dts_sync.replay_file (
    task text NOT NULL,
    file text NOT NULL,
    rows bigint NOT NULL,
    PRIMARY KEY (task, file)
);
