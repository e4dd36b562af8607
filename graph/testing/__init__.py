"""What tests of graphs share: a conformance suite for stores, a plain store in memory, generators, a slow reference."""
