UNWIND $keys AS wanted
MATCH (n:NODE_KIND {key: wanted})
WITH collect(n) AS ns
RETURN [n IN ns | n.key] AS key, [n IN ns | toStringOrNull(n.known_on)] AS known_on, [n IN ns | n.props] AS props
