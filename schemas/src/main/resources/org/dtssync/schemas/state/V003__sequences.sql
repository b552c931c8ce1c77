-- Sequences that follow those of the other database while a task runs. An addition: a run of the previous release ignores it.

-- The value to which each was last set ahead; one that is still there has handed out nothing since.
CREATE TABLE dts_sync.sequence_mark (
    task          text NOT NULL,
    schema_name   text NOT NULL,
    sequence_name text NOT NULL,
    last_value    bigint NOT NULL,
    PRIMARY KEY (task, schema_name, sequence_name)
);
