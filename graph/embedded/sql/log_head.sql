SELECT o.id, s.value, coalesce(c.token, '')
FROM graph_origin AS o CROSS JOIN graph_state AS s LEFT JOIN graph_change AS c ON c.sequence = s.value
WHERE s.name = 'applied'
