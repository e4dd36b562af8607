// Drivers one phone away
// Asks: Who gives the same phone as this driver, and how many people give it in all?
// Beware: The phone of a yard, a dispatcher or a school is given by many: is_hub marks those, and Crosslane makes no tie of them. A household shares one phone without sharing anything else.
// With: {"record": "STORY-US/U-2001", "hub": 60, "limit": 25}
MATCH (:Record {key: $record})-[:RECORD_OF]->(driver:Identity)-[:HAS_PHONE]->(phone:Phone)
MATCH (phone)<-[:HAS_PHONE]-(other:Identity)
WHERE other <> driver
WITH DISTINCT phone, other, COUNT { MATCH (person:Identity)-[:HAS_PHONE]->(phone) RETURN DISTINCT person } AS people
RETURN phone.key AS phone, people, people > $hub AS is_hub, other.key AS other, other.name AS name,
       COUNT { (other)-[:COMMITTED]->(:Event) } AS events
ORDER BY people, phone, other
LIMIT $limit
