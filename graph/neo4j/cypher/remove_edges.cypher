UNWIND $rows AS row
MATCH (s:SRC_KIND {key: row.src})
MATCH (d:DST_KIND {key: row.dst})
WITH row, s, d
MATCH (s)-[r:EDGE_KIND {record: row.record, first_day: row.first_day}]->(d)
DELETE r
