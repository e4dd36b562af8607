"""Trials of a push: it is killed, or the server that it goes to, and whatever was left is brought up again."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from api.bootstrap import open_workspace
from api.graph_store import GraphStoreChoice
from api.progress import Silent
from api.projection import push_graph, verify_graph
from faults.child import Conditions, Ended, Running, run
from faults.trials import Trial, copy_of
from faults.twin import Step, complaints, state_of
from graph.errors import GraphError
from graph.neo4j import Server, connect
from tools.neo4j.server import Neo4jServer

PUSH_ROWS = 5
"""Rows that a push under trial writes in one transaction: the small workspace takes many."""
REMEDY = "crosslane graph push"
"""What a complaint about a server that lags says."""


class Way(StrEnum):
    """What a push has to do."""

    FILLED = "an empty server is filled"
    CHANGES = "one change follows"
    MENDED = "an older state is compared and mended"


@dataclass(frozen=True, slots=True)
class Following:
    """A server that follows a workspace.

    Args:
        steps: what is done to the workspace.
        server: which only the trials use.
        folder: for copies.
    """

    steps: Sequence[Step]
    server: Neo4jServer
    folder: Path

    @property
    def reached(self) -> Server:
        """How the server is reached."""
        return Server(self.server.uri, self.server.user, self.server.password)

    @property
    def choice(self) -> GraphStoreChoice:
        """The server as a store."""
        return GraphStoreChoice(self.reached)

    def push(self, place: Path) -> Running:
        """A push in a process of its own."""
        words = ("graph", "push", "--store", self.server.uri, "-w", str(place))
        password = ("CROSSLANE_NEO4J_PASSWORD", self.server.password)
        return Running(words, Conditions(push_rows=PUSH_ROWS, settings=(password,)))


@dataclass(frozen=True, slots=True)
class Lag:
    """A server that lags behind a workspace.

    Args:
        way: what a push has to do about it.
        step: that the workspace was taken on meanwhile.
        place: the workspace, after that step.
        usual: the end of a push that nothing happens to.
    """

    way: Way
    step: Step
    place: Path
    usual: Ended

    def moment(self, rng: random.Random) -> tuple[float, int]:
        """Some moment of the push: so many seconds after it came to some part."""
        parts = self.usual.parts
        return rng.uniform(0.0, self.usual.seconds / (1 + parts)), rng.randrange(1 + parts)


def push_killed(following: Following, rng: random.Random) -> Trial:
    """The process of the push is killed at some moment."""
    lag = lagging(following, rng.choice(list(Way)), rng.choice(following.steps))
    running = following.push(lag.place)
    running.wait(*lag.moment(rng))
    running.kill()
    ended = running.ended()
    return Trial(lag.way, ended.code is None, wrong(following, lag, ended))


def server_killed(following: Following, rng: random.Random) -> Trial:
    """The server is killed at some moment of a push, and comes back: at once, or when the push has given it up."""
    lag = lagging(following, rng.choice(list(Way)), rng.choice(following.steps))
    is_long = rng.random() < 0.5
    running = following.push(lag.place)
    running.wait(*lag.moment(rng))
    is_cut = running.is_on
    following.server.kill()
    given_up = running.ended() if is_long else None
    following.server.start()
    ended = given_up or running.ended()
    lost = wrong(following, lag, ended)
    said = ended.said.strip()
    if not ended.is_acknowledged and ("unexpected" in said or "try again" not in said):
        lost = (f"a push that gave up does not say what is wrong: {said}", *lost)
    return Trial(lag.way, is_cut, lost)


def lagging(following: Following, way: Way, step: Step) -> Lag:
    """A server that lags behind a copy of the workspace by a step, or that holds nothing."""
    place = copy_of(step.before, following.folder)
    _put_back(following, way, step)
    if way is Way.CHANGES:  # only for who follows already is it kept what changed
        push_graph(open_workspace(place), following.reached, Silent())
    done = run(step.act.on(place))
    if not done.is_acknowledged:
        raise RuntimeError(f"{step.act.name} fails where nothing happens: {done.said}")
    undisturbed = Path(shutil.copytree(place, following.folder / "undisturbed"))
    usual = following.push(undisturbed).ended()
    shutil.rmtree(undisturbed)
    _put_back(following, way, step)
    return Lag(way, step, place, usual)


def _put_back(following: Following, way: Way, step: Step) -> None:
    """The server holds nothing, or what the workspace held before the step."""
    with connect(following.reached) as store:
        store.clear()
    if way is not Way.FILLED:
        before = Path(shutil.copytree(step.before, following.folder / "pushed"))
        push_graph(open_workspace(before), following.reached, Silent())
        shutil.rmtree(before)


def wrong(following: Following, lag: Lag, ended: Ended) -> tuple[str, ...]:
    """What is not as promised after a push that was cut off, and after another one."""
    told = complaints(lag.place, following.choice)
    found = [f"doctor does not say how to mend it: {one}" for one in told if REMEDY not in one]
    if ended.is_acknowledged and told:
        found.append(f"a push was acknowledged and is not there: {told}")
    workspace = open_workspace(lag.place)
    try:
        push_graph(workspace, following.reached, Silent())
        compared = verify_graph(workspace, following.choice, Silent())
        if not compared["equal"]:
            found.append(f"after another push {compared['missing']} missing, {compared['extra']} extra")
    except GraphError as error:
        found.append(f"it cannot be pushed any more: {error}")
    found += [f"doctor after another push: {one}" for one in complaints(lag.place, following.choice)]
    if state_of(lag.place) != lag.step.states[1]:
        found.append("a push changed the workspace")
    shutil.rmtree(lag.place)
    return tuple(f"{lag.way}: {one}" for one in found)
