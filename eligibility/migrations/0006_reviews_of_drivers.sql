-- Reviews of a driver are found by the ids the driver had before, too.
CREATE INDEX IF NOT EXISTS redirect_by_current ON redirect (current);
