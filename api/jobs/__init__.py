"""Work that outlives a request: taken on durably, done by one runner a workspace, and never lost or done twice."""
