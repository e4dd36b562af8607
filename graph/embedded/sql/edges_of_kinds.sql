SELECT kind, src, dst, record, first_seen, last_seen, confidence, known_on, days, props
FROM edge WHERE kind IN (SELECT value FROM json_each(?1))
