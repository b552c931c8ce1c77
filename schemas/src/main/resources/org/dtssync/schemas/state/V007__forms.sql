-- What schema objects were when the task had made them. An addition: a run of the previous release ignores it.

-- A digest of each object's statement as its database prints it, at either end.
CREATE TABLE dts_sync.structure_form (
    task   text NOT NULL,
    side   text NOT NULL CHECK (side IN ('source', 'destination')),
    name   text NOT NULL,
    digest text NOT NULL,
    PRIMARY KEY (task, side, name)
);
