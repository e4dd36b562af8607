UNWIND range(0, size($src) - 1) AS i
MATCH (s:SRC_KIND {key: $src[i]})
MATCH (d:DST_KIND {key: $dst[i]})
MERGE (s)-[r:EDGE_KIND {record: $record[i], first_day: $first_day[i]}]->(d)
SET r = {
    record: $record[i], first_day: $first_day[i], first_seen: date($first_seen[i]),
    last_seen: date($last_seen[i]), confidence: $confidence[i],
    known_on: date($known_on[i]), days: $days[i], props: $props[i]
}
SET r += $flat[i]
RETURN count(*) AS found
