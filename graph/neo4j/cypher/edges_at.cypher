// Each kind from both its ends, so that the edges of other kinds at a node are not walked; $keys as in nodes_at. An edge
// between two of the nodes is found from both.
CALL () {
    UNWIND CASE WHEN 'RECORD_OF' IN $kinds THEN $keys.Record END AS key
    MATCH (:Record {key: key})-[r:RECORD_OF]->(:Identity) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'RECORD_OF' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Record)-[r:RECORD_OF]->(:Identity {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'POSSIBLY_SAME' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Identity {key: key})-[r:POSSIBLY_SAME]->(:Identity) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'POSSIBLY_SAME' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Identity)-[r:POSSIBLY_SAME]->(:Identity {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'EMPLOYED_BY' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Identity {key: key})-[r:EMPLOYED_BY]->(:Carrier) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'EMPLOYED_BY' IN $kinds THEN $keys.Carrier END AS key
    MATCH (:Identity)-[r:EMPLOYED_BY]->(:Carrier {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'DROVE' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Identity {key: key})-[r:DROVE]->(:Vehicle) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'DROVE' IN $kinds THEN $keys.Vehicle END AS key
    MATCH (:Identity)-[r:DROVE]->(:Vehicle {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'OPERATES' IN $kinds THEN $keys.Carrier END AS key
    MATCH (:Carrier {key: key})-[r:OPERATES]->(:Vehicle) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'OPERATES' IN $kinds THEN $keys.Vehicle END AS key
    MATCH (:Carrier)-[r:OPERATES]->(:Vehicle {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'LIVES_AT' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Identity {key: key})-[r:LIVES_AT]->(:Address) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'LIVES_AT' IN $kinds THEN $keys.Address END AS key
    MATCH (:Identity)-[r:LIVES_AT]->(:Address {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'HAS_PHONE' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Identity {key: key})-[r:HAS_PHONE]->(:Phone) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'HAS_PHONE' IN $kinds THEN $keys.Phone END AS key
    MATCH (:Identity)-[r:HAS_PHONE]->(:Phone {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'COMMITTED' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Identity {key: key})-[r:COMMITTED]->(:Event) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'COMMITTED' IN $kinds THEN $keys.Event END AS key
    MATCH (:Identity)-[r:COMMITTED]->(:Event {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'CITED_UNDER' IN $kinds THEN $keys.Event END AS key
    MATCH (:Event {key: key})-[r:CITED_UNDER]->(:Carrier) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'CITED_UNDER' IN $kinds THEN $keys.Carrier END AS key
    MATCH (:Event)-[r:CITED_UNDER]->(:Carrier {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'IN_VEHICLE' IN $kinds THEN $keys.Event END AS key
    MATCH (:Event {key: key})-[r:IN_VEHICLE]->(:Vehicle) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'IN_VEHICLE' IN $kinds THEN $keys.Vehicle END AS key
    MATCH (:Event)-[r:IN_VEHICLE]->(:Vehicle {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'SUCCEEDS' IN $kinds THEN $keys.Carrier END AS key
    MATCH (:Carrier {key: key})-[r:SUCCEEDS]->(:Carrier) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'SUCCEEDS' IN $kinds THEN $keys.Carrier END AS key
    MATCH (:Carrier)-[r:SUCCEEDS]->(:Carrier {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'ENROLLED' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Identity {key: key})-[r:ENROLLED]->(:Source) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'ENROLLED' IN $kinds THEN $keys.Source END AS key
    MATCH (:Identity)-[r:ENROLLED]->(:Source {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'CROSSED_AT' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Identity {key: key})-[r:CROSSED_AT]->(:Port) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'CROSSED_AT' IN $kinds THEN $keys.Port END AS key
    MATCH (:Identity)-[r:CROSSED_AT]->(:Port {key: key}) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'ASSOCIATED_WITH' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Identity {key: key})-[r:ASSOCIATED_WITH]->(:Identity) RETURN r
    UNION ALL
    UNWIND CASE WHEN 'ASSOCIATED_WITH' IN $kinds THEN $keys.Identity END AS key
    MATCH (:Identity)-[r:ASSOCIATED_WITH]->(:Identity {key: key}) RETURN r
}
WITH DISTINCT r
WHERE $as_of IS NULL OR r.known_on IS NULL OR r.known_on <= $as_of
WITH collect(r) AS rs
RETURN [r IN rs | type(r)] AS kind, [r IN rs | startNode(r).key] AS src, [r IN rs | endNode(r).key] AS dst,
       [r IN rs | r.record] AS record, [r IN rs | r.first_day] AS first_day,
       [r IN rs | toStringOrNull(r.last_seen)] AS last_seen, [r IN rs | r.confidence] AS confidence,
       [r IN rs | toStringOrNull(r.known_on)] AS known_on, [r IN rs | r.days] AS days, [r IN rs | r.props] AS props
