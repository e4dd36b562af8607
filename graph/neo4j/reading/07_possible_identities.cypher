// Enrolled drivers who may be somebody else too
// Asks: Which enrolled drivers have a possible identity that nobody has judged yet, and does that one have events?
// Beware: A possible link is a question for a reviewer, not an answer: nothing of the other identity is theirs until somebody says so. confidence is how probable it is that the two are one.
// With: {"limit": 25}
MATCH (driver:Identity)-[enrolled:ENROLLED]->(programme:Source)
MATCH (driver)-[possible:POSSIBLY_SAME]-(other:Identity)
RETURN driver.key AS driver, driver.name AS name, programme.key AS programme, enrolled.status AS status,
       other.key AS other, other.name AS other_name, possible.confidence AS confidence,
       possible.record_l AS record_l, possible.record_r AS record_r,
       COUNT { (other)-[:COMMITTED]->(:Event) } AS events_of_other
ORDER BY events_of_other > 0 DESC, confidence DESC, driver, other, programme, enrolled.record
LIMIT $limit
