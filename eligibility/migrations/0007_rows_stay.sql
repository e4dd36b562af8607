-- What happened stays on record: these rows are added and changed by steps that the trail tells, and never removed.
CREATE TRIGGER review_stays BEFORE DELETE ON review BEGIN SELECT raise(ABORT, 'reviews stay'); END;
CREATE TRIGGER review_round_stays BEFORE DELETE ON review_round BEGIN SELECT raise(ABORT, 'rounds stay'); END;
CREATE TRIGGER review_item_stays BEFORE DELETE ON review_item
BEGIN SELECT raise(ABORT, 'what was shown stays on record'); END;
CREATE TRIGGER review_basis_stays BEFORE DELETE ON review_basis
BEGIN SELECT raise(ABORT, 'what a review rests on stays on record'); END;
CREATE TRIGGER review_appeal_stays BEFORE DELETE ON review_appeal BEGIN SELECT raise(ABORT, 'appeals stay'); END;
CREATE TRIGGER review_letter_stays BEFORE DELETE ON review_letter BEGIN SELECT raise(ABORT, 'letters stay'); END;
CREATE TRIGGER review_letter_is_kept BEFORE UPDATE ON review_letter
BEGIN SELECT raise(ABORT, 'letters stay as they were issued'); END;
CREATE TRIGGER clearance_stays BEFORE DELETE ON clearance BEGIN SELECT raise(ABORT, 'clearances stay on record'); END;
CREATE TRIGGER screening_stays BEFORE DELETE ON screening BEGIN SELECT raise(ABORT, 'screenings stay'); END;
CREATE TRIGGER screening_found_stays BEFORE DELETE ON screening_found
BEGIN SELECT raise(ABORT, 'what a screening found stays on record'); END;
CREATE TRIGGER exchange_request_stays BEFORE DELETE ON exchange_request
BEGIN SELECT raise(ABORT, 'requests stay on record'); END;
CREATE TRIGGER exchange_chase_stays BEFORE DELETE ON exchange_chase
BEGIN SELECT raise(ABORT, 'chases stay on record'); END;
CREATE TRIGGER exchange_chase_is_kept BEFORE UPDATE ON exchange_chase
BEGIN SELECT raise(ABORT, 'chases stay as they were made'); END;
