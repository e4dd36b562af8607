// Trucks whose drivers worked for different carriers
// Asks: Which trucks were driven by people who were, on those days, employed by at least so many carriers?
// Beware: Leasing, hired help and a record that lags behind a change of job all look like this. An employment without an end counts as open, which may be wrong.
// With: {"at_least": 2, "hub": 60, "limit": 25}
MATCH (truck:Vehicle)<-[drove:DROVE]-(driver:Identity)-[job:EMPLOYED_BY]->(carrier:Carrier)
WHERE job.first_seen <= drove.last_seen AND (job.last_seen IS NULL OR job.last_seen >= drove.first_seen)
WITH DISTINCT truck, driver, carrier ORDER BY carrier.key
WITH truck, count(DISTINCT driver) AS drivers, collect(DISTINCT carrier.key) AS carriers
WHERE size(carriers) >= $at_least AND 1 < drivers <= $hub
RETURN truck.key AS truck, truck.plate AS plate, drivers, size(carriers) AS carriers_at_once, carriers,
       [(owner:Carrier)-[:OPERATES]->(truck) | owner.key] AS registered_to
ORDER BY carriers_at_once DESC, drivers DESC, truck
LIMIT $limit
