"""The same people found on Spark and on this machine: whether they are the same, what each costs, and how it grows."""
