UPDATE graph_change SET nodes_removed = NULL, nodes_set = NULL, edges_removed = NULL, edges_set = NULL
WHERE nodes_set IS NOT NULL AND sequence NOT IN (
    SELECT sequence FROM (
        SELECT sequence, sum(length(nodes_removed) + length(nodes_set) + length(edges_removed) + length(edges_set))
            OVER (ORDER BY sequence DESC) AS held
        FROM graph_change WHERE nodes_set IS NOT NULL
    ) WHERE held <= ?1
)
