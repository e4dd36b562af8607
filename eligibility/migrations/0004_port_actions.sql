-- What was done about an alarm at a port of entry: see eligibility/ports/actions.py.
CREATE TABLE port_action (
    n            INTEGER PRIMARY KEY,
    signal       TEXT NOT NULL,
    port_code    TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('assigned', 'taken', 'measured', 'closed')),
    owner        TEXT NOT NULL CHECK (trim(owner) <> ''),
    due_on       TEXT,
    kind         TEXT CHECK (kind IN ('raise-random-rate', 'revet-cohort', 'change-lane-rule', 'other')),
    taken_on     TEXT,
    raised       TEXT NOT NULL,
    before_      TEXT,
    after_       TEXT,
    outcome      TEXT CHECK (outcome IN ('resolved', 'not-resolved', 'false-alarm')),
    opened_by    TEXT NOT NULL,
    opened_at    TEXT NOT NULL,
    changed_by   TEXT NOT NULL CHECK (trim(changed_by) <> ''),
    changed_at   TEXT NOT NULL,
    reason       TEXT NOT NULL CHECK (trim(reason) <> ''),
    CHECK ((state = 'closed') = (outcome IS NOT NULL)),
    CHECK ((kind IS NULL) = (taken_on IS NULL)),
    CHECK ((taken_on IS NULL) = (before_ IS NULL)),
    CHECK (state NOT IN ('taken', 'measured') OR taken_on IS NOT NULL),
    CHECK (state <> 'measured' OR after_ IS NOT NULL)
);
-- One at a time: a second person does not begin anew what the first is at.
CREATE UNIQUE INDEX port_action_open ON port_action (signal) WHERE state <> 'closed';
CREATE TRIGGER port_action_stays BEFORE DELETE ON port_action
BEGIN SELECT raise(ABORT, 'actions stay on record'); END;
