-- Where a task's own topics are: together with those of the tables, as in earlier releases, or apart. A run of an earlier release
-- looks for the first only, so it stops for a task that this one prepared.
ALTER TABLE dts_sync.task ADD COLUMN topic_layout text NOT NULL DEFAULT 'together';
