// As degrees_at, of edges known by a day: here they are walked.
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
WITH kind, n.key AS key,
     CASE WHEN 'RECORD_OF' IN $kinds THEN COUNT { (n)-[r:RECORD_OF]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'POSSIBLY_SAME' IN $kinds THEN COUNT { (n)-[r:POSSIBLY_SAME]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'EMPLOYED_BY' IN $kinds THEN COUNT { (n)-[r:EMPLOYED_BY]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'DROVE' IN $kinds THEN COUNT { (n)-[r:DROVE]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'OPERATES' IN $kinds THEN COUNT { (n)-[r:OPERATES]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'LIVES_AT' IN $kinds THEN COUNT { (n)-[r:LIVES_AT]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'HAS_PHONE' IN $kinds THEN COUNT { (n)-[r:HAS_PHONE]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'COMMITTED' IN $kinds THEN COUNT { (n)-[r:COMMITTED]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'CITED_UNDER' IN $kinds THEN COUNT { (n)-[r:CITED_UNDER]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'IN_VEHICLE' IN $kinds THEN COUNT { (n)-[r:IN_VEHICLE]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'SUCCEEDS' IN $kinds THEN COUNT { (n)-[r:SUCCEEDS]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'ENROLLED' IN $kinds THEN COUNT { (n)-[r:ENROLLED]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'CROSSED_AT' IN $kinds THEN COUNT { (n)-[r:CROSSED_AT]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END +
     CASE WHEN 'ASSOCIATED_WITH' IN $kinds THEN COUNT { (n)-[r:ASSOCIATED_WITH]-() WHERE r.known_on IS NULL OR r.known_on <= $as_of } ELSE 0 END AS degree
RETURN collect(kind) AS kind, collect(key) AS key, collect(degree) AS degree
