SELECT n.kind, n.key, n.known_on, n.props
FROM json_each(?2) AS wanted CROSS JOIN node AS n ON n.kind = ?1 AND n.key = wanted.value
ORDER BY n.key
