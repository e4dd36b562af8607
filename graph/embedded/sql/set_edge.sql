INSERT INTO edge (kind, src, dst, record, first_seen, last_seen, confidence, known_on, days, props)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (src, kind, dst, record, first_seen) DO UPDATE SET
    last_seen = excluded.last_seen, confidence = excluded.confidence, known_on = excluded.known_on,
    days = excluded.days, props = excluded.props
