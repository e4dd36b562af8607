UNWIND $key AS key
MATCH (n:NODE_KIND {key: key})
WHERE EXISTS { (n)--() }
RETURN count(n) AS found
