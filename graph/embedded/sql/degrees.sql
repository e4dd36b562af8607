WITH start (id, key) AS MATERIALIZED (
    SELECT n.id, n.key FROM json_each(?2) AS wanted CROSS JOIN node AS n ON n.kind = ?1 AND n.key = wanted.value
),
walked (kind) AS MATERIALIZED (SELECT value FROM json_each(?3))
SELECT key, CASE WHEN ?4 IS NULL THEN
    (SELECT count(*) FROM walked CROSS JOIN edge AS e ON e.src = start.id AND e.kind = walked.kind)
    + (SELECT count(*) FROM walked CROSS JOIN edge AS e INDEXED BY edge_by_dst
       WHERE e.dst = start.id AND e.kind = walked.kind AND e.src <> start.id)
ELSE
    (SELECT count(*) FROM walked CROSS JOIN edge AS e ON e.src = start.id AND e.kind = walked.kind
     WHERE e.known_on IS NULL OR e.known_on <= ?4)
    + (SELECT count(*) FROM walked CROSS JOIN edge AS e INDEXED BY edge_by_dst
       WHERE e.dst = start.id AND e.kind = walked.kind AND e.src <> start.id
         AND (e.known_on IS NULL OR e.known_on <= ?4))
END
FROM start ORDER BY key
