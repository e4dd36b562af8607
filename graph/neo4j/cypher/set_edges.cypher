UNWIND $rows AS row
MATCH (s:SRC_KIND {key: row.src})
MATCH (d:DST_KIND {key: row.dst})
MERGE (s)-[r:EDGE_KIND {record: row.said.record, first_day: row.said.first_day}]->(d)
SET r = row.said
RETURN count(*) AS found
