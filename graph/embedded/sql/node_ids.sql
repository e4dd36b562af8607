SELECT n.key, n.id FROM json_each(?2) AS wanted CROSS JOIN node AS n ON n.kind = ?1 AND n.key = wanted.value
