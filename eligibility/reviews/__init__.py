"""Reviews: the cases that people decide, from the queue to the letter and the appeal."""
