// Walks all edges; asked only where the kept numbers show that some are not ours.
MATCH ()-[r]->()
WHERE NOT type(r) IN $kinds
RETURN type(r) AS kind, count(*) AS n
