"""How many identities there are of each mix of countries."""

from __future__ import annotations

import apsw


def country_mix(connection: apsw.Connection) -> dict[str, dict[str, int]]:
    """Identities and their records by the countries of the records, such as "MX + US", in order of the mix."""
    rows = connection.execute(
        "WITH one AS (SELECT DISTINCT m.identity_id, coalesce(r.country, 'not stated') AS country "
        "FROM membership m LEFT JOIN search_record r ON r.record_key = m.record_key), "
        "mix AS (SELECT identity_id, group_concat(country, ' + ' ORDER BY country) AS countries "
        "FROM one GROUP BY identity_id), "
        "size AS (SELECT identity_id, count(*) AS records FROM membership GROUP BY identity_id) "
        "SELECT countries, count(*), sum(records) FROM mix JOIN size USING (identity_id) GROUP BY countries "
        "ORDER BY countries"
    )
    return {str(mix): {"identities": identities, "records": records} for mix, identities, records in rows}
