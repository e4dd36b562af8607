UNWIND $key AS key
MATCH (n:NODE_KIND {key: key})
DELETE n
