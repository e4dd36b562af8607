"""What counts and what is covered: policies with the versions a workspace used, its sources, and its linkage models."""
