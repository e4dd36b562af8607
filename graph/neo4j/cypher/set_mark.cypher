MATCH (s:CrosslaneState {name: 'projection'})
SET s += $mark
