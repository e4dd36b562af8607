INSERT INTO node (id, kind, key, known_on, props) VALUES (
    coalesce(
        (SELECT id FROM node_gone WHERE kind = ?1 AND key = ?2),
        max(coalesce((SELECT max(id) FROM node), 0), coalesce((SELECT max(id) FROM node_gone), 0)) + 1
    ),
    ?1, ?2, ?3, ?4
)
ON CONFLICT DO UPDATE SET known_on = excluded.known_on, props = excluded.props
