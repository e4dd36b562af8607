"""The compiled loops and the frames give the same scores, bit for bit."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.policy_file import load_policy
from graph.risk import score_all, score_some
from graph.testing.scored import modest
from graph.testing.strategies import AS_OF, PEOPLE, policies, worlds
from linkage import compiled

pytestmark = pytest.mark.skipif(not compiled.HAS_NUMBA, reason="numba is not installed")

POLICY = load_policy()
many = settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def both():
    """Runs a function with the compiled loops and without."""
    patch = pytest.MonkeyPatch()

    def run(function):
        found = []
        for least in (0, 1 << 60):
            patch.setattr(compiled, "COMPILED_FROM", least)
            found.append(function().rows())
        return found

    yield run
    patch.undo()


@many
@given(world=worlds(), policy=policies(POLICY))
def test_everybody_scores_to_the_same_bits(both, world, policy):
    store = world.to_store()
    compiled_rows, framed = both(lambda: score_all(store, policy, AS_OF))
    assert compiled_rows == framed


@modest
@given(world=worlds(), policy=policies(POLICY), asked=st.sets(st.sampled_from(PEOPLE), min_size=1))
def test_some_score_to_the_same_bits(both, world, policy, asked):
    store = world.to_store()
    there = sorted(asked & set(score_all(store, policy, AS_OF)["identity_id"]))
    if there:
        compiled_rows, framed = both(lambda: score_some(store, policy, there, AS_OF))
        assert compiled_rows == framed
