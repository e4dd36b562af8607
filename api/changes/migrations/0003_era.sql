-- Numbers of changes go on from where a backup was when it is restored: the same number then means another change. Each
-- restore begins an era, which stands in every cursor, so that whoever read further than the backup is told.
CREATE TABLE change_era (token TEXT NOT NULL);
INSERT INTO change_era VALUES ('');
