-- How far a destination that is being loaded has the commands that change the structure. An addition: a run of the previous release ignores it.

-- Commands that committed at the source up to here are in the schema objects as they were read for the load.
ALTER TABLE dts_sync.task ADD COLUMN structure_lsn pg_lsn;
