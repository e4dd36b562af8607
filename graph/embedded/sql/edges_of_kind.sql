SELECT src, dst, record, first_seen, last_seen, confidence, known_on, days, props FROM edge WHERE kind = ?1
