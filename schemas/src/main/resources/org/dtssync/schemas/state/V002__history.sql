-- The history of a task beyond its progress: who did what and when, the outcome, and the figures of an active run.
-- Every change is an addition: a run of the previous release keeps working with it.

-- One row per event, written in the transaction that it reports. The oldest are removed.
CREATE TABLE dts_sync.event (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task    text NOT NULL,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind    text NOT NULL,              -- phase, step, error, structure, correction, setting, command, verification, instance
    subject text NOT NULL,              -- what it is about: a phase, a step, a table, an object, a key
    detail  jsonb NOT NULL DEFAULT '{}',
    actor   text,                       -- who caused it; null: the run itself
    origin  text                        -- from where: run, cli
);
CREATE INDEX event_of_task ON dts_sync.event (task, id);

-- Who posted a command, from where, and how far it is.
ALTER TABLE dts_sync.command
    ADD COLUMN posted_by text,
    ADD COLUMN posted_via text,
    ADD COLUMN idempotency_key text,    -- the same key posts nothing new
    ADD COLUMN options jsonb,           -- typed; arguments holds the same as words of the command line
    ADD COLUMN started_at timestamptz,
    ADD COLUMN progress jsonb,
    DROP CONSTRAINT command_state_check,
    ADD CONSTRAINT command_state_check CHECK (state IN ('posted', 'running', 'done', 'failed', 'withdrawn')),
    ADD CONSTRAINT command_once UNIQUE (task, idempotency_key);

-- The process that holds the task, and its figures as of the last sign of life.
ALTER TABLE dts_sync.instance
    ADD COLUMN host text,
    ADD COLUMN pid bigint,
    ADD COLUMN version text,
    ADD COLUMN started_at timestamptz,
    ADD COLUMN stats jsonb;

-- Who corrected or skipped an object, when and why.
ALTER TABLE dts_sync.structure_object
    ADD COLUMN changed_by text,
    ADD COLUMN changed_at timestamptz,
    ADD COLUMN reason text;

-- The last verifications; dts_sync.verification says which one a switchover may rely on.
CREATE TABLE dts_sync.verification_run (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task     text NOT NULL,
    began_at timestamptz,
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lsn      pg_lsn NOT NULL,
    equal    boolean NOT NULL,
    rows     bigint NOT NULL,
    asked_by text                       -- null: the run itself
);
CREATE INDEX verification_run_of_task ON dts_sync.verification_run (task, id);

CREATE TABLE dts_sync.verification_table (
    task         text NOT NULL,
    verification bigint NOT NULL,
    schema_name  text NOT NULL,
    table_name   text NOT NULL,
    rows         bigint NOT NULL,
    chunks       integer NOT NULL,
    missing      bigint NOT NULL,
    extra        bigint NOT NULL,
    changed      bigint NOT NULL,
    PRIMARY KEY (verification, schema_name, table_name)
);

-- Differing rows by their keys, up to a thousand per table; no values.
CREATE TABLE dts_sync.verification_difference (
    task         text NOT NULL,
    verification bigint NOT NULL,
    schema_name  text NOT NULL,
    table_name   text NOT NULL,
    number       integer NOT NULL,
    key          text[] NOT NULL,
    kind         text NOT NULL,
    columns      text[] NOT NULL,
    PRIMARY KEY (verification, schema_name, table_name, number)
);

-- Every attempt to move the applications, rehearsals and dry runs too. dts_sync.switchover_step keeps what a start needs to undo or
-- finish one that was interrupted.
CREATE TABLE dts_sync.switch_attempt (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task      text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('switchover', 'rollback')),
    kind      text NOT NULL CHECK (kind IN ('dry-run', 'rehearsal', 'move', 'abandon')),
    asked_by  text,                     -- null: unknown
    begun_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at  timestamptz,
    result    text,                     -- moved, not-moved or failed; null while it is under way or was interrupted
    stall_ms  bigint,
    report    json
);
CREATE INDEX switch_attempt_of_task ON dts_sync.switch_attempt (task, id);

CREATE TABLE dts_sync.switch_attempt_step (
    task     text NOT NULL,
    attempt  bigint NOT NULL,
    number   integer NOT NULL,
    step     text NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    done_at  timestamptz,
    PRIMARY KEY (attempt, number)
);

-- Settings that a live run follows from one second to the next.
CREATE TABLE dts_sync.setting (
    task   text NOT NULL,
    key    text NOT NULL,
    value  text NOT NULL,
    until  timestamptz,                 -- null: until it is changed
    set_by text,
    set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (task, key)
);
