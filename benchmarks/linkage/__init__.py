"""Our linkage engine beside others: same input, one process a run, one evaluator."""
