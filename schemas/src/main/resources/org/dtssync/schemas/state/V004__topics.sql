-- What a task keeps of its topics. An addition: a run of the previous release, which writes text only, ignores it.

-- How values are written: text, or debezium.
ALTER TABLE dts_sync.task ADD COLUMN topic_values text NOT NULL DEFAULT 'text';
