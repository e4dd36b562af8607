MATCH (n)
WHERE NOT n:CrosslaneState
WITH n LIMIT $limit
DELETE n
RETURN count(*) AS found
