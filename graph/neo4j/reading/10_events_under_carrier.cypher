// Events under a carrier, with who drove the trucks then
// Asks: What was recorded under this carrier, on which truck, against whom, and who else drove that truck around that day?
// Beware: The people in drivers_then drove the truck within $days of the event; they need not have been there. A large carrier has many events because it has many trucks: compare with its size.
// With: {"carrier": "US/1478369", "days": 30, "limit": 25}
MATCH (carrier:Carrier)<-[cited:CITED_UNDER]-(event:Event)
WHERE carrier.key = $carrier OR $carrier IN carrier.members
OPTIONAL MATCH (event)-[:IN_VEHICLE]->(truck:Vehicle)
OPTIONAL MATCH (truck)<-[drove:DROVE]-(driver:Identity)
WHERE drove.first_seen <= cited.first_seen + duration({days: $days})
  AND drove.last_seen >= cited.first_seen - duration({days: $days})
WITH carrier, cited, event, truck, driver ORDER BY driver.key
WITH carrier, cited.first_seen AS day, event, truck, collect(DISTINCT driver.key) AS drivers_then
RETURN carrier.key AS carrier, day, event.event_type AS type, event.description AS what, event.status AS status,
       truck.key AS truck, [(person:Identity)-[:COMMITTED]->(event) | person.key] AS against, drivers_then
ORDER BY day DESC, event.key, truck
LIMIT $limit
