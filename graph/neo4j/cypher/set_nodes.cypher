// Columns instead of a list of maps: names are sent once, and dates as text. Measured to take the server a fifth and
// the driver four fifths less time.
UNWIND range(0, size($key) - 1) AS i
MERGE (n:NODE_KIND {key: $key[i]})
SET n = {
    key: $key[i], known_on: date($known_on[i]), props: $props[i]
}
SET n += $flat[i]
