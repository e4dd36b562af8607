INSERT INTO graph_state VALUES ('applied', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value
