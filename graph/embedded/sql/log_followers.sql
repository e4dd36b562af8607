SELECT store, is_drifted FROM graph_follower ORDER BY store
