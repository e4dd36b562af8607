// Each is one number that the server keeps: a count beside nothing else. With a literal beside it, it would walk.
MATCH (n:Identity) WITH count(n) AS n RETURN 'Identity' AS kind, n
UNION ALL MATCH (n:Record) WITH count(n) AS n RETURN 'Record' AS kind, n
UNION ALL MATCH (n:Carrier) WITH count(n) AS n RETURN 'Carrier' AS kind, n
UNION ALL MATCH (n:Vehicle) WITH count(n) AS n RETURN 'Vehicle' AS kind, n
UNION ALL MATCH (n:Address) WITH count(n) AS n RETURN 'Address' AS kind, n
UNION ALL MATCH (n:Phone) WITH count(n) AS n RETURN 'Phone' AS kind, n
UNION ALL MATCH (n:Event) WITH count(n) AS n RETURN 'Event' AS kind, n
UNION ALL MATCH (n:Source) WITH count(n) AS n RETURN 'Source' AS kind, n
UNION ALL MATCH (n:Port) WITH count(n) AS n RETURN 'Port' AS kind, n
UNION ALL MATCH (n:CrosslaneState) WITH count(n) AS n RETURN 'CrosslaneState' AS kind, n
UNION ALL MATCH (n) WITH count(n) AS n RETURN '' AS kind, n
