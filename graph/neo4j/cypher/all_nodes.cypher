// One page of a kind in the order of its index; $first is true on the first page only, which may begin with $from.
MATCH (n:NODE_KIND)
WHERE n.key >= $from AND ($first OR n.key <> $from)
WITH n ORDER BY n.key LIMIT $limit
WITH collect(n) AS ns
RETURN [n IN ns | n.key] AS key, [n IN ns | toStringOrNull(n.known_on)] AS known_on, [n IN ns | n.props] AS props
