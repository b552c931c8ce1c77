-- Indexes of carried commands that are built while the stream continues. An addition: a run of the previous release, which defers none, ignores it.

-- A row goes once its index is there.
CREATE TABLE dts_sync.deferred_index (
    task        text NOT NULL,
    commit_lsn  pg_lsn NOT NULL,
    ordinal     integer NOT NULL,
    index_oid   text NOT NULL,           -- where the command was run first
    table_oid   text NOT NULL,
    schema_name text NOT NULL,
    index_name  text NOT NULL,
    table_name  text NOT NULL,
    statement   text NOT NULL,
    error       text,                    -- why it could not be built
    deferred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at  timestamptz,
    PRIMARY KEY (task, commit_lsn, ordinal)
);
