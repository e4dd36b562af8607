// Homes that several drivers share, hubs told apart
// Asks: Which addresses do at least so many people give, how many of those have an event, and which are hubs?
// Beware: A truck stop, a yard, a mail drop or a large building is no household: is_hub marks them, and being one of a hundred there means nothing. Below that, families and workmates share homes.
// With: {"at_least": 4, "hub": 60, "show": 5, "limit": 25}
MATCH (address:Address)<-[:LIVES_AT]-(person:Identity)
WITH DISTINCT address, person ORDER BY person.key
WITH address, collect(person) AS people
WHERE size(people) >= $at_least
RETURN address.address AS home, address.city AS city, size(people) AS people, size(people) > $hub AS is_hub,
       size([person IN people WHERE EXISTS { (person)-[:COMMITTED]->(:Event) }]) AS with_events,
       [person IN people[..$show] | person.key] AS some_of_them
ORDER BY is_hub, people DESC, address.key
LIMIT $limit
