WITH start (id) AS MATERIALIZED (
    SELECT n.id FROM json_each(?2) AS wanted CROSS JOIN node AS n ON n.kind = ?1 AND n.key = wanted.value
),
walked (kind) AS MATERIALIZED (SELECT value FROM json_each(?3)),
found AS (
    SELECT e.* FROM start CROSS JOIN walked CROSS JOIN edge AS e ON e.src = start.id AND e.kind = walked.kind
    WHERE ?4 IS NULL OR e.known_on IS NULL OR e.known_on <= ?4
    UNION
    SELECT e.* FROM start CROSS JOIN walked CROSS JOIN edge AS e INDEXED BY edge_by_dst
    WHERE e.dst = start.id AND e.kind = walked.kind AND (?4 IS NULL OR e.known_on IS NULL OR e.known_on <= ?4)
)
SELECT f.kind, s.kind, s.key, d.kind, d.key, f.record, nullif(f.first_seen, -2147483648), f.last_seen, f.confidence, f.known_on, f.days,
       f.props
FROM found AS f CROSS JOIN node AS s ON s.id = f.src CROSS JOIN node AS d ON d.id = f.dst
