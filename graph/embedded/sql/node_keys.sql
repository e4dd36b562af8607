SELECT id, kind, key FROM node WHERE kind IN (SELECT value FROM json_each(?1))
