"""Does linked risk find the people who are caught later? Scores of a past day against what came to be known after."""
