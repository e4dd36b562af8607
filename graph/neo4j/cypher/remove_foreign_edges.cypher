// Edges that no frame can hold: of a type that is not ours, not between the kinds that the type joins, or unnamed.
MATCH (s)-[r]->(d)
WHERE NOT coalesce($ends[type(r)] = labels(s) + labels(d), false)
      OR NOT s.key IS :: STRING NOT NULL OR NOT d.key IS :: STRING NOT NULL
      OR NOT r.record IS :: STRING NOT NULL OR NOT r.first_day IS :: INTEGER NOT NULL
WITH r LIMIT $limit
DELETE r
RETURN count(*) AS found
