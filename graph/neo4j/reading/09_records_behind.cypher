// The records behind an identity, and what rests on each
// Asks: Which records were joined into this person, how sure is each, and which edges would go if it were taken out?
// Beware: An edge with a low confidence belongs to this person only if the record does. An edge that rests on no record is not shown.
// With: {"record": "STORY-US/U-1001", "limit": 100}
MATCH (:Record {key: $record})-[:RECORD_OF]->(driver:Identity)
MATCH (driver)<-[joined:RECORD_OF]-(record:Record)
OPTIONAL MATCH (driver)-[tie]->(thing)
WHERE tie.record = record.key
RETURN driver.key AS driver, record.key AS record, record.name AS name, record.country AS country,
       joined.confidence AS confidence, type(tie) AS tie, thing.key AS thing, tie.first_seen AS from_day,
       tie.last_seen AS to_day
ORDER BY record, tie, thing, from_day
LIMIT $limit
