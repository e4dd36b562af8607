MATCH (n)
WHERE NOT coalesce(labels(n)[0] IN $kinds, false)
      OR NOT n:CrosslaneState AND NOT n.key IS :: STRING NOT NULL
WITH n LIMIT $limit
DETACH DELETE n
RETURN count(*) AS found
