// How two people are connected, past all hubs
// Asks: By which trucks, carriers, homes, phones and incidents does the shortest chain lead from one person to another?
// Beware: Most people are a few steps from each other; a chain is a lead to read, not a tie. Only $hub keeps it meaningful: raise it and everybody is near. Crosslane scores nothing that is more than one person away.
// With: {"from_record": "STORY-US/U-1001", "to_record": "STORY-MX/M-41", "hub": 60, "limit": 5}
MATCH (:Record {key: $from_record})-[:RECORD_OF]->(one:Identity)
MATCH (:Record {key: $to_record})-[:RECORD_OF]->(two:Identity)
MATCH path = ALL SHORTEST (one)
  (()-[:DROVE|EMPLOYED_BY|LIVES_AT|HAS_PHONE|OPERATES|COMMITTED|CITED_UNDER|IN_VEHICLE|SUCCEEDS]-
   (thing WHERE thing:Identity OR COUNT { (thing)--() } <= $hub)){1,6}
  (two)
RETURN length(path) AS steps, [node IN nodes(path) | head(labels(node)) + ' ' + node.key] AS things,
       [tie IN relationships(path) | type(tie)] AS ties
ORDER BY things, ties
LIMIT $limit
