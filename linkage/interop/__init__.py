"""Bridges to other record linkage tools, each a module that needs its own extra."""
