// The edges of one page of nodes they start from, in the order of the nodes' index; `last` is null behind the last page.
MATCH (s:SRC_KIND)
WHERE s.key >= $from AND ($first OR s.key <> $from)
WITH s ORDER BY s.key LIMIT $limit
OPTIONAL MATCH (s)-[r:EDGE_KIND]->(:DST_KIND)
WITH max(s.key) AS last, collect(r) AS rs
RETURN last, [r IN rs | startNode(r).key] AS src, [r IN rs | endNode(r).key] AS dst, [r IN rs | r.record] AS record,
       [r IN rs | r.first_day] AS first_day, [r IN rs | toStringOrNull(r.last_seen)] AS last_seen,
       [r IN rs | r.confidence] AS confidence, [r IN rs | toStringOrNull(r.known_on)] AS known_on,
       [r IN rs | r.days] AS days, [r IN rs | r.props] AS props
