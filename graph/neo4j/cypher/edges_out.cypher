// One of many put together with UNION ALL: the edges of one kind that start from the nodes.
UNWIND CASE WHEN 'EDGE_KIND' IN $kinds THEN $keys ELSE [] END AS key
MATCH (s:SRC_KIND {key: key})-[r:EDGE_KIND]->(:DST_KIND)
WHERE $as_of IS NULL OR r.known_on IS NULL OR r.known_on <= $as_of
WITH collect(r) AS rs
RETURN 'EDGE_KIND' AS kind, [r IN rs | startNode(r).key] AS src, [r IN rs | endNode(r).key] AS dst,
       [r IN rs | r.record] AS record, [r IN rs | r.first_day] AS first_day,
       [r IN rs | toStringOrNull(r.last_seen)] AS last_seen, [r IN rs | r.confidence] AS confidence,
       [r IN rs | toStringOrNull(r.known_on)] AS known_on, [r IN rs | r.days] AS days, [r IN rs | r.props] AS props
