"""Taking a person out of a workspace for good, and keeping them out."""
