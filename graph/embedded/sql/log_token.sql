SELECT token FROM graph_change WHERE sequence = ?1
