-- What is kept for ever may be emptied while an expunging is under way, and only then; the trail tells of it.
DROP TRIGGER trail_is_kept;
CREATE TRIGGER trail_is_kept BEFORE UPDATE ON trail
WHEN NOT EXISTS (SELECT 1 FROM expunging WHERE finished_at IS NULL)
    OR (NEW.n, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.previous, NEW.hash)
    IS NOT (OLD.n, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.previous, OLD.hash)
BEGIN SELECT raise(ABORT, 'trail rows stay as they are'); END;

DROP TRIGGER note_is_kept;
CREATE TRIGGER note_is_kept BEFORE UPDATE ON review_note
WHEN NOT EXISTS (SELECT 1 FROM expunging WHERE finished_at IS NULL)
    OR (NEW.review_id, NEW.n, NEW.round, NEW.kind, NEW.by, NEW.at)
    IS NOT (OLD.review_id, OLD.n, OLD.round, OLD.kind, OLD.by, OLD.at)
BEGIN SELECT raise(ABORT, 'notes stay as they are'); END;

DROP TRIGGER finding_is_kept;
CREATE TRIGGER finding_is_kept BEFORE UPDATE ON review_finding
WHEN NOT EXISTS (SELECT 1 FROM expunging WHERE finished_at IS NULL)
    OR (NEW.review_id, NEW.n, NEW.round, NEW.level, NEW.finding, NEW.by, NEW.at)
    IS NOT (OLD.review_id, OLD.n, OLD.round, OLD.level, OLD.finding, OLD.by, OLD.at)
BEGIN SELECT raise(ABORT, 'findings stay as they are'); END;

DROP TRIGGER opinion_is_kept;
CREATE TRIGGER opinion_is_kept BEFORE UPDATE ON review_opinion
WHEN NOT EXISTS (SELECT 1 FROM expunging WHERE finished_at IS NULL)
    OR (NEW.review_id, NEW.round, NEW.by, NEW.outcome, NEW.at)
    IS NOT (OLD.review_id, OLD.round, OLD.by, OLD.outcome, OLD.at)
BEGIN SELECT raise(ABORT, 'opinions stay as they are'); END;

DROP TRIGGER snapshot_is_kept;
CREATE TRIGGER snapshot_is_kept BEFORE UPDATE ON review_snapshot
WHEN NOT EXISTS (SELECT 1 FROM expunging WHERE finished_at IS NULL)
    OR (NEW.review_id, NEW.n, NEW.round, NEW.moment, NEW.at, NEW.as_of, NEW.digest)
    IS NOT (OLD.review_id, OLD.n, OLD.round, OLD.moment, OLD.at, OLD.as_of, OLD.digest)
BEGIN SELECT raise(ABORT, 'snapshots stay as they are'); END;

DROP TRIGGER exchange_request_is_kept;
CREATE TRIGGER exchange_request_is_kept BEFORE UPDATE ON exchange_request
WHEN NOT EXISTS (SELECT 1 FROM expunging WHERE finished_at IS NULL)
    OR (NEW.n, NEW.request_id, NEW.partner, NEW.record_type, NEW.identity_id, NEW.gap, NEW.gap_since, NEW.asked_on,
        NEW.due_on, NEW.asked_by, NEW.policy)
    IS NOT (OLD.n, OLD.request_id, OLD.partner, OLD.record_type, OLD.identity_id, OLD.gap, OLD.gap_since, OLD.asked_on,
        OLD.due_on, OLD.asked_by, OLD.policy)
BEGIN SELECT raise(ABORT, 'requests stay as they were made'); END;

DROP TRIGGER exchange_chase_is_kept;
CREATE TRIGGER exchange_chase_is_kept BEFORE UPDATE ON exchange_chase
WHEN NOT EXISTS (SELECT 1 FROM expunging WHERE finished_at IS NULL)
    OR (NEW.request_id, NEW.n, NEW.chased_on, NEW.due_on, NEW.chased_by)
    IS NOT (OLD.request_id, OLD.n, OLD.chased_on, OLD.due_on, OLD.chased_by)
BEGIN SELECT raise(ABORT, 'chases stay as they were made'); END;

-- Reviews of people who were expunged stay on record, with who decided what; they are in nobody's queue.
DROP VIEW review_today;
CREATE VIEW review_today AS SELECT r.*, coalesce(
    (SELECT m.identity_id FROM membership m WHERE m.record_key = r.anchor),
    (SELECT d.current FROM redirect d WHERE d.former = r.identity_id),
    r.identity_id) AS current_id FROM review r WHERE r.anchor <> '(expunged)';
