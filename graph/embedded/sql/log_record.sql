INSERT OR REPLACE INTO graph_change (sequence, token, nodes_removed, nodes_set, edges_removed, edges_set)
VALUES (?1, lower(hex(randomblob(8))), ?2, ?3, ?4, ?5)
