// A page of all_edges with all that lies on the edges beside the fixed properties, which are null in `said`.
MATCH (s:SRC_KIND)
WHERE s.key >= $from AND ($first OR s.key <> $from)
WITH s ORDER BY s.key LIMIT $limit
OPTIONAL MATCH (s)-[r:EDGE_KIND]->(:DST_KIND)
WITH max(s.key) AS last, collect(r) AS rs
RETURN last, [r IN rs | startNode(r).key] AS src, [r IN rs | endNode(r).key] AS dst, [r IN rs | r.record] AS record,
       [r IN rs | r.first_day] AS first_day, [r IN rs | toStringOrNull(r.first_seen)] AS first_seen,
       [r IN rs | toStringOrNull(r.last_seen)] AS last_seen, [r IN rs | r.confidence] AS confidence,
       [r IN rs | toStringOrNull(r.known_on)] AS known_on, [r IN rs | r.days] AS days, [r IN rs | r.props] AS props,
       [r IN rs | r {.*, record: null, first_day: null, first_seen: null, last_seen: null, confidence: null,
                     known_on: null, days: null, props: null}] AS said,
       [r IN rs | r.record IS :: STRING NOT NULL AND r.first_day IS :: INTEGER NOT NULL AND r.first_seen IS :: DATE
                  AND r.last_seen IS :: DATE AND r.confidence IS :: FLOAT NOT NULL AND r.known_on IS :: DATE
                  AND r.days IS :: INTEGER AND r.props IS :: STRING
                  AND endNode(r).key IS :: STRING NOT NULL] AS sound
