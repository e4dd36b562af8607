DELETE FROM edge WHERE kind = ?1 AND src = ?2 AND dst = ?3 AND record = ?4 AND first_seen = ?5
