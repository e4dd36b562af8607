-- What changed, in order, for systems that follow the workspace. Triggers write it in the transaction of whatever changed:
-- no command can forget it, and since one writer at a time commits, numbers grow in the order in which changes became
-- visible. Ids and figures only, never a name or a value of a person.
-- `what` is empty where the moves of the run tell it.
CREATE TABLE change (
    sequence  INTEGER PRIMARY KEY,
    topic     TEXT NOT NULL CHECK (topic IN ('identity', 'score', 'review', 'load', 'decision')),
    what      TEXT,
    run_id    INTEGER,
    ref       INTEGER,  -- number of the load, decision or review
    from_id   TEXT,
    to_id     TEXT,
    records   TEXT,
    score     REAL,
    own       REAL,
    linked    REAL,
    day       TEXT NOT NULL
);

-- Changes of reviews for cleared reviewers have numbers of their own below that of the change before them, so that
-- what others are shown has no gap where one of them is.
CREATE TABLE change_cleared (
    sequence  INTEGER NOT NULL,
    n         INTEGER NOT NULL,
    what      TEXT NOT NULL,
    ref       INTEGER NOT NULL,
    to_id     TEXT NOT NULL,
    day       TEXT NOT NULL,
    PRIMARY KEY (sequence, n)
) WITHOUT ROWID;

-- Records on their way from one identity to another, until the moves of the run are written.
CREATE TABLE change_pending (record_key TEXT PRIMARY KEY, from_id TEXT, to_id TEXT) WITHOUT ROWID;

-- What happened to records is what the run's move between the two identities says; a move is found by its end, since a run
-- may have hundreds of thousands.
CREATE VIEW change_told AS SELECT c.*, coalesce(what, CASE
    WHEN from_id IS NULL AND EXISTS (
        SELECT 1 FROM move m WHERE m.to_id = c.to_id AND +m.run_id = c.run_id AND m.kind = 'mint') THEN 'created'
    WHEN from_id IS NULL THEN 'grown'
    WHEN to_id IS NULL AND EXISTS (
        SELECT 1 FROM move m WHERE m.from_id = c.from_id AND +m.run_id = c.run_id AND m.kind = 'retire') THEN 'retired'
    WHEN to_id IS NULL THEN 'shrunk'
    WHEN EXISTS (
        SELECT 1 FROM move m WHERE m.from_id = c.from_id AND m.to_id = c.to_id AND +m.run_id = c.run_id
        AND m.kind = 'merge') THEN 'merged'
    ELSE 'split' END) AS kind FROM change c;

-- Before, since INSERT OR REPLACE leaves no sign of what it replaces.
CREATE TRIGGER change_record_in BEFORE INSERT ON membership
WHEN NEW.identity_id IS NOT (SELECT identity_id FROM membership WHERE record_key = NEW.record_key)
BEGIN
    INSERT INTO change_pending
    SELECT NEW.record_key, (SELECT identity_id FROM membership WHERE record_key = NEW.record_key), NEW.identity_id;
END;
CREATE TRIGGER change_record_out AFTER DELETE ON membership
BEGIN
    INSERT INTO change_pending VALUES (OLD.record_key, OLD.identity_id, NULL);
END;
-- Whatever moved a record also has a move; the first one of a run takes all records along.
CREATE TRIGGER change_identity AFTER INSERT ON move WHEN EXISTS (SELECT 1 FROM change_pending)
BEGIN
    INSERT INTO change (topic, run_id, from_id, to_id, records, day)
    SELECT 'identity', NEW.run_id, from_id, to_id, json_group_array(record_key ORDER BY record_key), coalesce(
        (SELECT today FROM run JOIN load ON load_id = ref WHERE run_id = NEW.run_id AND cause = 'load'),
        (SELECT substr(at, 1, 10) FROM run WHERE run_id = NEW.run_id))
    FROM change_pending GROUP BY to_id, from_id ORDER BY to_id, from_id;
    DELETE FROM change_pending;
END;

-- A run is written after the load or decision that makes it.
CREATE TRIGGER change_load AFTER INSERT ON load
BEGIN
    INSERT INTO change (topic, what, run_id, ref, day)
    VALUES ('load', 'load', (SELECT coalesce(max(run_id), 0) + 1 FROM run), NEW.load_id, NEW.today);
END;
CREATE TRIGGER change_decision AFTER INSERT ON decision
BEGIN
    INSERT INTO change (topic, what, run_id, ref, from_id, to_id, records, day)
    SELECT 'decision', 'decision', (SELECT coalesce(max(run_id), 0) + 1 FROM run), NEW.n,
        (SELECT identity_id FROM membership WHERE record_key = NEW.a),
        (SELECT identity_id FROM membership WHERE record_key = NEW.b), json_array(NEW.a, NEW.b), substr(NEW.at, 1, 10);
END;
CREATE TRIGGER change_decision_undone AFTER UPDATE OF undone_at ON decision
WHEN NEW.undone_at IS NOT NULL AND OLD.undone_at IS NULL
BEGIN
    INSERT INTO change (topic, what, run_id, ref, from_id, to_id, records, day)
    SELECT 'decision', 'decision_undone', (SELECT coalesce(max(run_id), 0) + 1 FROM run), NEW.n,
        (SELECT identity_id FROM membership WHERE record_key = NEW.a),
        (SELECT identity_id FROM membership WHERE record_key = NEW.b), json_array(NEW.a, NEW.b),
        substr(NEW.undone_at, 1, 10);
END;
CREATE TRIGGER change_score AFTER INSERT ON score_history
BEGIN
    INSERT INTO change (topic, what, run_id, to_id, score, own, linked, day)
    VALUES ('score', 'score', NEW.run_id, NEW.identity_id, NEW.score, NEW.own, NEW.linked, NEW.as_of);
END;

CREATE TRIGGER change_review_opened AFTER INSERT ON review WHEN NEW.audience = 'general'
BEGIN
    INSERT INTO change (topic, what, ref, to_id, day)
    VALUES ('review', 'review_opened', NEW.review_id, NEW.identity_id, NEW.as_of);
END;
CREATE TRIGGER change_review_reopened AFTER UPDATE ON review
WHEN NEW.audience = 'general' AND NEW.round > OLD.round
BEGIN
    INSERT INTO change (topic, what, ref, to_id, day)
    VALUES ('review', 'review_reopened', NEW.review_id, NEW.identity_id, NEW.as_of);
END;
CREATE TRIGGER change_review_closed AFTER UPDATE ON review
WHEN NEW.audience = 'general' AND NEW.state = 'closed' AND OLD.state <> 'closed'
BEGIN
    INSERT INTO change (topic, what, ref, to_id, day)
    VALUES ('review', 'review_closed', NEW.review_id, NEW.identity_id, substr(NEW.closed_at, 1, 10));
END;
CREATE TRIGGER change_cleared_opened AFTER INSERT ON review WHEN NEW.audience = 'cleared'
BEGIN
    INSERT INTO change_cleared SELECT s, (SELECT coalesce(max(n), 0) + 1 FROM change_cleared WHERE sequence = s),
        'review_opened', NEW.review_id, NEW.identity_id, NEW.as_of
    FROM (SELECT coalesce(max(sequence), 0) AS s FROM change);
END;
CREATE TRIGGER change_cleared_reopened AFTER UPDATE ON review
WHEN NEW.audience = 'cleared' AND NEW.round > OLD.round
BEGIN
    INSERT INTO change_cleared SELECT s, (SELECT coalesce(max(n), 0) + 1 FROM change_cleared WHERE sequence = s),
        'review_reopened', NEW.review_id, NEW.identity_id, NEW.as_of
    FROM (SELECT coalesce(max(sequence), 0) AS s FROM change);
END;
CREATE TRIGGER change_cleared_closed AFTER UPDATE ON review
WHEN NEW.audience = 'cleared' AND NEW.state = 'closed' AND OLD.state <> 'closed'
BEGIN
    INSERT INTO change_cleared SELECT s, (SELECT coalesce(max(n), 0) + 1 FROM change_cleared WHERE sequence = s),
        'review_closed', NEW.review_id, NEW.identity_id, substr(NEW.closed_at, 1, 10)
    FROM (SELECT coalesce(max(sequence), 0) AS s FROM change);
END;

-- What an older workspace holds is told as it stands, so that whoever starts at 0 ends with it too.
INSERT INTO change (topic, what, run_id, ref, day)
SELECT 'load', 'load', (SELECT max(run_id) FROM run WHERE cause = 'load' AND ref = load_id), load_id, today
FROM load ORDER BY load_id;
INSERT INTO change (topic, what, ref, from_id, to_id, records, day)
SELECT 'decision', 'decision', n, l.identity_id, r.identity_id, json_array(a, b), substr(at, 1, 10)
FROM decision LEFT JOIN membership l ON l.record_key = a LEFT JOIN membership r ON r.record_key = b
WHERE undone_at IS NULL ORDER BY n;
INSERT INTO change (topic, what, run_id, to_id, records, day)
SELECT 'identity', 'created', (SELECT minted_by FROM identity i WHERE i.identity_id = m.identity_id), m.identity_id,
    json_group_array(record_key ORDER BY record_key), (SELECT max(today) FROM load)
FROM membership m GROUP BY m.identity_id ORDER BY m.identity_id;
INSERT INTO change (topic, what, run_id, to_id, score, own, linked, day)
SELECT 'score', 'score', (SELECT max(run_id) FROM score_history h WHERE h.identity_id = s.identity_id), s.identity_id,
    score, own, linked, as_of
FROM score s ORDER BY s.identity_id;
INSERT INTO change (topic, what, ref, to_id, day)
SELECT 'review', 'review_opened', review_id, current_id, as_of FROM review_today
WHERE audience = 'general' ORDER BY review_id;
INSERT INTO change (topic, what, ref, to_id, day)
SELECT 'review', 'review_closed', review_id, current_id, substr(closed_at, 1, 10) FROM review_today
WHERE audience = 'general' AND state = 'closed' ORDER BY review_id;
INSERT INTO change_cleared
SELECT (SELECT coalesce(max(sequence), 0) FROM change), row_number() OVER (ORDER BY step, review_id), what, review_id,
    current_id, day
FROM (
    SELECT 1 AS step, 'review_opened' AS what, review_id, current_id, as_of AS day FROM review_today
    WHERE audience = 'cleared'
    UNION ALL
    SELECT 2, 'review_closed', review_id, current_id, substr(closed_at, 1, 10) FROM review_today
    WHERE audience = 'cleared' AND state = 'closed'
);
