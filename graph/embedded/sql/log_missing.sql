SELECT s.value - ?1 - (SELECT count(*) FROM graph_change WHERE sequence > ?1 AND nodes_set IS NOT NULL)
FROM graph_state AS s WHERE s.name = 'applied'
