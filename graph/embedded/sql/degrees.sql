WITH start (id, key) AS MATERIALIZED (
    SELECT n.id, n.key FROM json_each(?2) AS wanted CROSS JOIN node AS n ON n.kind = ?1 AND n.key = wanted.value
),
walked (kind) AS MATERIALIZED (SELECT value FROM json_each(?3)),
found (key) AS (
    SELECT start.key FROM start CROSS JOIN walked CROSS JOIN edge AS e ON e.src = start.id AND e.kind = walked.kind AND (?4 IS NULL OR e.known_on IS NULL OR e.known_on <= ?4)
    UNION ALL
    SELECT start.key FROM start CROSS JOIN walked CROSS JOIN edge AS e INDEXED BY edge_by_dst
    WHERE e.dst = start.id AND e.kind = walked.kind AND (?4 IS NULL OR e.known_on IS NULL OR e.known_on <= ?4) AND e.src <> start.id
    UNION ALL
    SELECT start.key FROM start
)
SELECT key, count(*) - 1 FROM found GROUP BY key ORDER BY key
