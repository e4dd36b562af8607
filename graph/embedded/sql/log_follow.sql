INSERT INTO graph_follower (store, is_drifted) VALUES (?1, ?2)
ON CONFLICT (store) DO UPDATE SET is_drifted = excluded.is_drifted
