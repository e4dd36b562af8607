// A page of all_nodes with all that lies on the nodes beside the fixed properties, which are null in `said`.
MATCH (n:NODE_KIND)
WHERE n.key >= $from AND ($first OR n.key <> $from)
WITH n ORDER BY n.key LIMIT $limit
WITH collect(n) AS ns
RETURN [n IN ns | n.key] AS key, [n IN ns | toStringOrNull(n.known_on)] AS known_on, [n IN ns | n.props] AS props,
       [n IN ns | n {.*, key: null, known_on: null, props: null}] AS said,
       [n IN ns | size(labels(n)) = 1 AND n.known_on IS :: DATE AND n.props IS :: STRING] AS sound
