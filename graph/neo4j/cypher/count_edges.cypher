// Each is one number that the server keeps: a count beside nothing else. With a literal beside it, it would walk.
MATCH ()-[r:RECORD_OF]->() WITH count(r) AS n RETURN 'RECORD_OF' AS kind, n
UNION ALL MATCH ()-[r:POSSIBLY_SAME]->() WITH count(r) AS n RETURN 'POSSIBLY_SAME' AS kind, n
UNION ALL MATCH ()-[r:EMPLOYED_BY]->() WITH count(r) AS n RETURN 'EMPLOYED_BY' AS kind, n
UNION ALL MATCH ()-[r:DROVE]->() WITH count(r) AS n RETURN 'DROVE' AS kind, n
UNION ALL MATCH ()-[r:OPERATES]->() WITH count(r) AS n RETURN 'OPERATES' AS kind, n
UNION ALL MATCH ()-[r:LIVES_AT]->() WITH count(r) AS n RETURN 'LIVES_AT' AS kind, n
UNION ALL MATCH ()-[r:HAS_PHONE]->() WITH count(r) AS n RETURN 'HAS_PHONE' AS kind, n
UNION ALL MATCH ()-[r:COMMITTED]->() WITH count(r) AS n RETURN 'COMMITTED' AS kind, n
UNION ALL MATCH ()-[r:CITED_UNDER]->() WITH count(r) AS n RETURN 'CITED_UNDER' AS kind, n
UNION ALL MATCH ()-[r:IN_VEHICLE]->() WITH count(r) AS n RETURN 'IN_VEHICLE' AS kind, n
UNION ALL MATCH ()-[r:SUCCEEDS]->() WITH count(r) AS n RETURN 'SUCCEEDS' AS kind, n
UNION ALL MATCH ()-[r:ENROLLED]->() WITH count(r) AS n RETURN 'ENROLLED' AS kind, n
UNION ALL MATCH ()-[r:CROSSED_AT]->() WITH count(r) AS n RETURN 'CROSSED_AT' AS kind, n
UNION ALL MATCH ()-[r:ASSOCIATED_WITH]->() WITH count(r) AS n RETURN 'ASSOCIATED_WITH' AS kind, n
UNION ALL MATCH ()-[r]->() WITH count(r) AS n RETURN '' AS kind, n
