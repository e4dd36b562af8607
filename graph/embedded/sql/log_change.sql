SELECT nodes_removed, nodes_set, edges_removed, edges_set FROM graph_change WHERE sequence = ?1
