"""Records in, identities out: sources, standardise, block, compare, score, cluster, identities, ledger."""
