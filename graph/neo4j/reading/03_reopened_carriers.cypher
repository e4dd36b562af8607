// Carriers that reopened, and the drivers who went along
// Asks: Which carriers follow an earlier one, and which drivers worked for both?
// Beware: Succession is inferred from what two companies have in common, with the confidence shown. A driver who follows a company keeps a job; that says nothing about the driver.
// With: {"show": 10, "limit": 25}
MATCH (younger:Carrier)-[link:SUCCEEDS]->(older:Carrier)
OPTIONAL MATCH (younger)<-[:EMPLOYED_BY]-(driver:Identity)-[:EMPLOYED_BY]->(older)
WITH younger, link, older, driver ORDER BY driver.key
WITH younger, link, older, collect(DISTINCT driver.key) AS drivers
RETURN older.key AS older, older.name AS older_name, older.status AS older_status,
       younger.key AS younger, younger.name AS younger_name, link.first_seen AS since, link.confidence AS confidence,
       size(drivers) AS drivers_of_both, drivers[..$show] AS some_of_them
ORDER BY drivers_of_both DESC, older, younger
LIMIT $limit
