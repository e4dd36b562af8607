// Walks all nodes; asked only where the kept numbers show that some are not ours.
MATCH (n)
WHERE none(label IN labels(n) WHERE label IN $kinds)
UNWIND CASE labels(n) WHEN [] THEN [''] ELSE labels(n) END AS kind
RETURN kind, count(*) AS n
