-- What a finding was made on, as JSON [[item, level], ...]: a factor that holds more since then is found again. Null where
-- it was not written down yet; such a finding resolves its factor at the level it was made at.
ALTER TABLE review_finding ADD COLUMN items TEXT CHECK (json_valid(items));
