SELECT value FROM graph_state WHERE name = 'applied'
