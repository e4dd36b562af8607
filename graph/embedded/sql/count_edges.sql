SELECT kind, count(*) FROM edge GROUP BY kind ORDER BY kind
