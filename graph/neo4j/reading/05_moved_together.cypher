// Drivers who moved together from carrier to carrier
// Asks: Which two drivers left the same carrier for the same next one within so many days of each other?
// Beware: Large carriers are left out by $hub, since thousands move between them by chance. Two of a family, a layoff or a takeover explain most of the rest.
// With: {"days": 31, "hub": 60, "limit": 25}
MATCH (earlier:Carrier)
WHERE 1 < COUNT { MATCH (person:Identity)-[:EMPLOYED_BY]->(earlier) RETURN DISTINCT person } <= $hub
MATCH (one:Identity)-[one_before:EMPLOYED_BY]->(earlier)<-[two_before:EMPLOYED_BY]-(two:Identity)
WHERE one.key < two.key AND one_before.first_seen IS NOT NULL AND two_before.first_seen IS NOT NULL
MATCH (one)-[one_after:EMPLOYED_BY]->(later:Carrier)<-[two_after:EMPLOYED_BY]-(two)
WHERE later <> earlier AND one_after.first_seen > one_before.first_seen AND two_after.first_seen > two_before.first_seen
  AND abs(one_after.first_day - two_after.first_day) <= $days
RETURN earlier.key AS earlier, later.key AS later, one.key AS one, min(one_after.first_seen) AS one_since,
       two.key AS two, min(two_after.first_seen) AS two_since
ORDER BY earlier, later, one, two
LIMIT $limit
