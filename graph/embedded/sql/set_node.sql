INSERT INTO node (kind, key, known_on, props) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (kind, key) DO UPDATE SET known_on = excluded.known_on, props = excluded.props
