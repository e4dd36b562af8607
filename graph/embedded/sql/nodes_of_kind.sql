SELECT key, known_on, props FROM node WHERE kind = ?1 ORDER BY key
