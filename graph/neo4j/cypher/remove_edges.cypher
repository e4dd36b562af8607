// The second MATCH looks between two nodes that are known: it walks from the one with fewer edges.
UNWIND range(0, size($src) - 1) AS i
MATCH (s:SRC_KIND {key: $src[i]})
MATCH (d:DST_KIND {key: $dst[i]})
WITH i, s, d
MATCH (s)-[r:EDGE_KIND {record: $record[i], first_day: $first_day[i]}]->(d)
DELETE r
