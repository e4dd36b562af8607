UNWIND $rows AS row
MERGE (n:NODE_KIND {key: row.key})
SET n = row
