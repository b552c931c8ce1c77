-- Commands that change the structure and are carried with the rows. An addition: a run of the previous release, which carries none, ignores it.

-- What the task does about them: stop, carry or hold.
ALTER TABLE dts_sync.task ADD COLUMN ddl_mode text NOT NULL DEFAULT 'stop';

-- Every command that arrived at the destination, numbered by its transaction and its place in it.
CREATE TABLE dts_sync.ddl_command (
    task        text NOT NULL,
    commit_lsn  pg_lsn NOT NULL,
    ordinal     integer NOT NULL,
    tag         text NOT NULL,
    statement   text NOT NULL,           -- as the source ran it
    role        text,                    -- who ran it there
    objects     text[] NOT NULL DEFAULT '{}',
    state       text NOT NULL CHECK (state IN ('waiting', 'running', 'failed', 'done', 'skipped')),
    allowed     boolean NOT NULL,        -- false: a person has to allow it first
    corrected   text,                    -- a person's statement, which is run instead
    executed    text,                    -- what was run; null until then
    error       text,
    reason      text,                    -- why it was skipped
    arrived_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at  timestamptz,
    finished_at timestamptz,
    changed_by  text,                    -- who corrected, allowed or skipped it
    changed_at  timestamptz,
    PRIMARY KEY (task, commit_lsn, ordinal)
);
