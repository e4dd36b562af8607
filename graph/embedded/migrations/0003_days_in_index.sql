-- The day an edge was known is in the index too: degrees as of a day need not look at each edge of a hub.
DROP INDEX edge_by_dst;
CREATE INDEX edge_by_dst ON edge (dst, kind, src, known_on);
