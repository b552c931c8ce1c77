-- What dts-sync keeps in the destination: who may write, how far each part is. Safe to run again.
CREATE SCHEMA IF NOT EXISTS dts_sync;

-- Who may write: every writing transaction holds this row with its epoch; a successor raises it.
CREATE TABLE IF NOT EXISTS dts_sync.fence (
    task  text PRIMARY KEY,
    epoch bigint NOT NULL
);

-- The instance that holds the epoch, and when it was last alive.
CREATE TABLE IF NOT EXISTS dts_sync.instance (
    task     text PRIMARY KEY,
    epoch    bigint NOT NULL,
    instance text NOT NULL,
    alive_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS dts_sync.task (
    task                     text PRIMARY KEY,
    phase                    text NOT NULL,
    source_system_identifier text,
    source_database          text,
    cuts_topic               text,     -- Kafka's identifier of the topic of the cuts
    publication              text,     -- which publication is read, and what it publishes
    consistency_point        pg_lsn,
    error                    text,
    created_at               timestamptz NOT NULL DEFAULT now(),
    updated_at               timestamptz NOT NULL DEFAULT now()
);

-- The last applied cut; written in the transaction that applies it.
CREATE TABLE IF NOT EXISTS dts_sync.apply_position (
    task        text PRIMARY KEY,
    epoch       bigint NOT NULL,
    cut_lsn     pg_lsn NOT NULL,
    cut_offset  bigint NOT NULL,
    applied_at  timestamptz NOT NULL,
    mirror_of   text               -- the task in the other direction that leaves out what this one writes
);

CREATE TABLE IF NOT EXISTS dts_sync.table_progress (
    task             text NOT NULL,
    schema_name      text NOT NULL,
    table_name       text NOT NULL,
    state            text NOT NULL CHECK (state IN ('pending', 'copying', 'copied', 'streaming', 'failed', 'skipped')),
    key_columns      text[],           -- the replica identity's columns; null: the table has no key
    estimated_rows   bigint NOT NULL DEFAULT 0,
    estimated_bytes  bigint NOT NULL DEFAULT 0,
    snapshot_rows    bigint NOT NULL DEFAULT 0,
    snapshot_bytes   bigint NOT NULL DEFAULT 0,
    visible_snapshot text,             -- pg_snapshot under which a table without a key was copied
    structure        text,             -- the fingerprint of the structure it is captured with
    publication      text,             -- which entry of the publication is the table's
    earlier_structure text,            -- the one before the last accepted change
    changed_at       pg_lsn,           -- commits up to here may have been written under the earlier structure
    apply_after      pg_lsn,           -- commits up to here are in the table's last copy, and not applied
    copied_whole     boolean NOT NULL DEFAULT false, -- copied under one snapshot although it has a key
    PRIMARY KEY (task, schema_name, table_name)
);

-- Chunks of the snapshot: a range of keys, lower bound excluded, upper bound included; null means open.
CREATE TABLE IF NOT EXISTS dts_sync.chunk (
    task        text NOT NULL,
    schema_name text NOT NULL,
    table_name  text NOT NULL,
    number      integer NOT NULL,
    lower_bound text[],
    upper_bound text[],
    state       text NOT NULL CHECK (state IN ('pending', 'copied')),
    rows        bigint NOT NULL DEFAULT 0,
    bytes       bigint NOT NULL DEFAULT 0,
    source_lsn  pg_lsn,
    PRIMARY KEY (task, schema_name, table_name, number)
);

-- Objects of the structure with the statements that make them, in order.
CREATE TABLE IF NOT EXISTS dts_sync.structure_object (
    task      text NOT NULL,
    ordinal   integer NOT NULL,
    name      text NOT NULL,
    kind      text NOT NULL,
    section   text NOT NULL CHECK (section IN ('pre-data', 'keys', 'post-data')),
    table_of  text,                    -- schema.table it belongs to, or null
    statement text NOT NULL,
    corrected text,
    state     text NOT NULL CHECK (state IN ('pending', 'done', 'failed', 'skipped')),
    error     text,
    PRIMARY KEY (task, ordinal)
);

-- The steps of moving the applications, each written before it begins and again when it is done.
CREATE TABLE IF NOT EXISTS dts_sync.switchover_step (
    task      text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('switchover', 'rollback')),
    step      text NOT NULL,
    begun_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    done_at   timestamptz,
    PRIMARY KEY (task, direction, step)
);

-- The last comparison of both databases; it counts while it is fresh and the structures are those it was made with.
CREATE TABLE IF NOT EXISTS dts_sync.verification (
    task       text PRIMARY KEY,
    began_at   timestamptz NOT NULL,
    lsn        pg_lsn NOT NULL,
    equal      boolean NOT NULL,
    structures text NOT NULL
);

-- A comparison that is under way, or that was cut off and can be gone on with.
CREATE TABLE IF NOT EXISTS dts_sync.comparison (
    task        text PRIMARY KEY,
    began_at    timestamptz NOT NULL,
    advanced_at timestamptz NOT NULL,
    lsn         pg_lsn NOT NULL,
    structures  text NOT NULL
);

-- Its slices: a range of keys, lower bound excluded, upper bound included; null means open. Rows are null until it was found equal.
CREATE TABLE IF NOT EXISTS dts_sync.comparison_slice (
    task        text NOT NULL,
    schema_name text NOT NULL,
    table_name  text NOT NULL,
    number      integer NOT NULL,
    lower_bound text[],
    upper_bound text[],
    rows        bigint,
    PRIMARY KEY (task, schema_name, table_name, number)
);

-- What a person asked a running instance to do, and what came of it.
CREATE TABLE IF NOT EXISTS dts_sync.command (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task         text NOT NULL,
    command      text NOT NULL,
    arguments    jsonb NOT NULL DEFAULT '{}',
    state        text NOT NULL CHECK (state IN ('posted', 'running', 'done', 'failed')),
    result       json,             -- as it was written: jsonb would put the keys in another order
    error        text,
    exit_code    integer,
    posted_at    timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz
);
