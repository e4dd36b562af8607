// $keys holds a list of keys by kind of node; a kind that is not in it has none.
CALL () {
    UNWIND $keys.Identity AS key MATCH (n:Identity {key: key}) RETURN 'Identity' AS kind, n
    UNION ALL
    UNWIND $keys.Record AS key MATCH (n:Record {key: key}) RETURN 'Record' AS kind, n
    UNION ALL
    UNWIND $keys.Carrier AS key MATCH (n:Carrier {key: key}) RETURN 'Carrier' AS kind, n
    UNION ALL
    UNWIND $keys.Vehicle AS key MATCH (n:Vehicle {key: key}) RETURN 'Vehicle' AS kind, n
    UNION ALL
    UNWIND $keys.Address AS key MATCH (n:Address {key: key}) RETURN 'Address' AS kind, n
    UNION ALL
    UNWIND $keys.Phone AS key MATCH (n:Phone {key: key}) RETURN 'Phone' AS kind, n
    UNION ALL
    UNWIND $keys.Event AS key MATCH (n:Event {key: key}) RETURN 'Event' AS kind, n
    UNION ALL
    UNWIND $keys.Source AS key MATCH (n:Source {key: key}) RETURN 'Source' AS kind, n
    UNION ALL
    UNWIND $keys.Port AS key MATCH (n:Port {key: key}) RETURN 'Port' AS kind, n
}
WITH collect(kind) AS kind, collect(n) AS ns
RETURN kind, [n IN ns | n.key] AS key, [n IN ns | toStringOrNull(n.known_on)] AS known_on, [n IN ns | n.props] AS props
