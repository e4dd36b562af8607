// Trucks a driver shares with people who had seizures
// Asks: Which trucks did this driver share with somebody who has a seizure or smuggling event, and when was each of them on it?
// Beware: A truck that dozens drove says nothing about two of them: look at people, and at whether the days are close. The event may be a charge that was dismissed: read its status. One with no event is unknown, not clean.
// With: {"record": "STORY-US/U-1001", "event_types": ["seizure", "SEIZURE", "DRUG_SMUGGLING"], "limit": 25}
MATCH (:Record {key: $record})-[:RECORD_OF]->(driver:Identity)-[mine:DROVE]->(truck:Vehicle)
MATCH (truck)<-[theirs:DROVE]-(other:Identity)-[:COMMITTED]->(event:Event)
WHERE other <> driver AND event.event_type IN $event_types
WITH truck, other, event, min(mine.first_seen) AS from_day, max(mine.last_seen) AS to_day,
     min(theirs.first_seen) AS other_from, max(theirs.last_seen) AS other_to
RETURN truck.key AS truck, COUNT { MATCH (person:Identity)-[:DROVE]->(truck) RETURN DISTINCT person } AS people,
       from_day, to_day, other.key AS other, other_from, other_to,
       event.event_date AS event_day, event.description AS what, event.status AS status
ORDER BY event_day DESC, truck.key, other.key, event.key
LIMIT $limit
