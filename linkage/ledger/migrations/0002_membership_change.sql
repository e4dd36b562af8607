-- Records that left an identity, so that who was who after any run can be told. A record's first identity is not here:
-- it is the one that its first change names, or its present one.
CREATE TABLE membership_change (
    record_key  TEXT NOT NULL,
    run_id      INTEGER NOT NULL REFERENCES run (run_id),
    from_id     TEXT NOT NULL,
    to_id       TEXT,
    PRIMARY KEY (record_key, run_id)
) WITHOUT ROWID;
CREATE INDEX membership_change_by_run ON membership_change (run_id);

-- Before this run nothing was kept.
CREATE TABLE membership_kept_since (run_id INTEGER NOT NULL);
INSERT INTO membership_kept_since SELECT coalesce(max(run_id), 0) FROM run;
