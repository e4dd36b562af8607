from datetime import date
from pathlib import Path

import polars as pl

from linkage.ledger.facts import FactStore
from linkage.schema import FACTS, Kind


def test_a_load_of_an_earlier_version_lacks_later_columns_and_is_read(tmp_path: Path) -> None:
    store = FactStore(tmp_path)
    schema = FACTS[Kind.CARRIER]
    for load, key in ((1, "US/1"), (2, "US/2")):
        row = pl.DataFrame({"key": key, "name": "Okafor Haulage", "registered_on": date(2020, 1, 2)})
        store.write(load, {Kind.CARRIER: schema.conform(row)}, {})
    file = tmp_path / "1" / "carrier.parquet"
    pl.read_parquet(file).drop("registered_on").write_parquet(file)
    assert store.current(Kind.CARRIER, [1])["registered_on"].to_list() == [None]
    both = schema.check(store.current(Kind.CARRIER, [1, 2]))
    assert both.select("key", "registered_on").rows() == [("US/1", None), ("US/2", date(2020, 1, 2))]
