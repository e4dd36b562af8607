MATCH (n)
WHERE size(labels(n)) > 1
WITH n, [label IN labels(n) WHERE label IN $kinds] AS ours LIMIT $limit
WITH n, [label IN labels(n) WHERE label <> coalesce(ours[0], '')] AS others
REMOVE n:$(others)
RETURN count(*) AS found
