MATCH (s:CrosslaneState {name: 'projection'})
RETURN s.workspace AS workspace, s.sequence AS sequence, s.token AS token, s.step AS step,
       coalesce(s.clearing, false) AS clearing, coalesce(s.schema, 0) AS schema
