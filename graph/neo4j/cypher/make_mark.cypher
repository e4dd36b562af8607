MERGE (s:CrosslaneState {name: 'projection'})
ON CREATE SET s += $mark
SET s.schema = $schema
