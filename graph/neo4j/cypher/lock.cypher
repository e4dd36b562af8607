// Setting any property takes the node's lock until the end of the transaction. What it holds is read by a statement
// after this one: this one might have read it before it waited.
MATCH (s:CrosslaneState {name: 'projection'})
SET s.lock = true
REMOVE s.lock
