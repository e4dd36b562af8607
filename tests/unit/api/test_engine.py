"""What the options of a load ask for, and what does not go together."""

from __future__ import annotations

import pytest

from api.engine import SparkChoice, choice_of
from linkage.errors import SettingsError


def test_this_machine_is_meant_where_nothing_is_said() -> None:
    assert choice_of("local", None, None) is None


def test_spark_is_asked_for_with_its_master() -> None:
    assert choice_of("spark", "local[2]", None) == SparkChoice("local[2]", None)
    assert choice_of("spark", "yarn", "hdfs:///x") == SparkChoice("yarn", "hdfs:///x")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("flink", None, None), "local or spark"),
        (("local", "local[2]", None), "go with --engine spark"),
        (("local", None, "/x"), "go with --engine spark"),
        (("spark", None, None), "--master"),
        (("spark", "spark://host:7077", None), "--spark-folder"),
    ],
)
def test_what_does_not_go_together_is_refused_in_words(asked: tuple[str, str | None, str | None], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        choice_of(*asked)
