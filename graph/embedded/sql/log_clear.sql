DELETE FROM graph_change
