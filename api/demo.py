"""The demo: a synthetic world, one driver's story and one real public file, each step checked as it is told.

Nothing here is a prepared answer: every figure comes from the run, and a step that does not come out as the story says
stops the demo.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from api.bootstrap import create_workspace
from api.country_mix import country_mix
from api.decide import decide, undo
from api.evaluation import evaluation
from api.exports import identity_rows
from api.load import LoadRequest, load
from api.progress import Progress
from api.risk import risk
from api.show_driver import show_driver
from api.truth import read_truth
from api.why import why
from graph.embedded import EmbeddedStore
from graph.schema import EdgeKind
from linkage.errors import LinkageError, SettingsError
from linkage.ledger import Workspace

MARK = "demo.json"
DRIVER, MEXICAN = "STORY-US/U-1001", "STORY-MX/M-77"
OFFENDER = "STORY-MX/M-41"
FATHER, SON, SON_AGAIN = "STORY-US/U-2001", "STORY-US/U-2002", "STORY-US/U-2003"
YARD_DRIVER = "STORY-US/U-3001"
FMCSA = "fmcsa/revocations_2024-08-06.csv"
REASON = "demo: what if these were two people?"

Tell = Callable[[str, dict[str, Any]], None]


class DemoFailed(LinkageError):
    """A step of the story did not come out."""


@dataclass
class Demo:
    """One telling of the story in one workspace.

    Args:
        fixtures: folder that holds `world/small`, `story` and `fmcsa`.
        tell: called with each chapter's name and document as soon as it is known.
    """

    workspace: Workspace
    fixtures: Path
    today: date
    progress: Progress
    tell: Tell
    chapters: dict[str, dict[str, Any]] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """The whole story, chapter by chapter.

        Raises:
            DemoFailed: a step did not come out.
        """
        started = time.perf_counter()
        for chapter in (
            self.world,
            self.enrolled,
            self.file_arrives,
            self.decision_undone,
            self.father_and_son,
            self.hub,
            self.real_file,
        ):
            document = chapter()
            self.chapters[chapter.__name__] = document
            self.tell(chapter.__name__, document)
        return {**self.chapters, "seconds": round(time.perf_counter() - started, 1)}

    def world(self) -> dict[str, Any]:
        """The synthetic world: what was read and rejected, who came out, and how right that is."""
        world = self.fixtures / "world"
        files = [
            self._load([world / "small" / item["file"]], self._source(world, item["source"]))
            for item in _description(self.fixtures)["files"]
        ]
        with self.workspace.reading() as connection:
            mix = country_mix(connection)
            measured = evaluation(self.workspace, connection, read_truth(world / "small" / "truth.csv"))
        _require(measured["pairs"]["correct"] > 0, "the world's records were joined")
        _require(any(" + " in countries for countries in mix), "some identities span two countries")
        return {"files": files, "rows": _sum(files, "rows"), "rejected": _sum(files, "rejected"), "mix": mix} | {
            "evaluation": measured
        }

    def enrolled(self) -> dict[str, Any]:
        """One driver: a member, clean in US records, Mexico never asked."""
        files = [
            self._load([self._story("us_drivers.csv"), self._story("yard_drivers.csv")], "drivers"),
            self._load([self._story("enrolments.csv")], "enrolments"),
            self._load([self._story("checks.csv")], "checks"),
            self._load([self._story("yard_events.csv")], "events"),
        ]
        shown, found = show_driver(self.workspace, DRIVER), risk(self.workspace, DRIVER, None)
        _require(shown["enrolment"] is not None and shown["enrolment"]["status"] == "active", "the driver is enrolled")
        _require(not found["own"]["contributions"], "US records of the driver are clean")
        _require(not found["linked"]["contributions"], "nothing is linked to the driver yet")
        asked = {row["country"] for row in shown["coverage"] if row["result"] != "never"}
        _require("MX" not in asked and "US" in asked, "Mexico was never asked about the driver")
        return {"files": files, "driver": shown, "risk": found}

    def file_arrives(self) -> dict[str, Any]:
        """A Mexican file arrives: two records merge, and a truck leads to somebody else's seizure."""
        files = [
            self._load([self._story("mx_drivers.csv")], "drivers"),
            self._load([self._story("mx_vehicles.csv")], "vehicles"),
            self._load([self._story("mx_driving.csv")], "driving"),
            self._load([self._story("mx_events.csv")], "events"),
        ]
        shown, found = show_driver(self.workspace, DRIVER), risk(self.workspace, DRIVER, None)
        reasons = why(self.workspace, DRIVER, MEXICAN)
        _require(reasons["verdict"] == "same", "the US and the Mexican record are one person")
        offender = self.workspace.resolve_id(OFFENDER)
        through = [item["associate"] for item in found["linked"]["contributions"]]
        _require(offender in through, "the truck leads to the other driver's seizure")
        _require(not found["own"]["contributions"], "the seizure is not the driver's own")
        return {"files": files, "driver": shown, "why": reasons, "risk": found}

    def decision_undone(self) -> dict[str, Any]:
        """Somebody says they are two people: the link goes. The decision is undone: everything is back."""
        before = self._everything()
        parted = decide(self.workspace, DRIVER, MEXICAN, "different", REASON, "demo", self.today)
        without = risk(self.workspace, DRIVER, None)
        _require(self.workspace.resolve_id(DRIVER) != self.workspace.resolve_id(MEXICAN), "the two records were parted")
        _require(not without["linked"]["contributions"], "the linked risk went with the Mexican record")
        undone = undo(self.workspace, parted["decision"]["n"], "demo", self.today)
        _require(self._everything() == before, "after the undo everything is as it was before")
        return {"unlink": parted, "risk_without": without, "undo": undone, "is_as_before": True}

    def father_and_son(self) -> dict[str, Any]:
        """One name, one house, one phone: two people; and the son's two records are one."""
        father, son, again = (self.workspace.resolve_id(key) for key in (FATHER, SON, SON_AGAIN))
        _require(son == again, "the son's two records are one person")
        _require(father != son, "father and son are two people")
        return {"father": father, "son": son, "why": why(self.workspace, FATHER, SON)}

    def hub(self) -> dict[str, Any]:
        """A yard's address and phone that very many give lead to nobody's conviction."""
        found = risk(self.workspace, YARD_DRIVER, None)
        _require(not found["linked"]["contributions"], "the yard adds nothing")
        _require(bool(found["discounted_hubs"]), "the yard is named as a hub that was discounted")
        return {"risk": found}

    def real_file(self) -> dict[str, Any]:
        """The real public file: every row accepted, repeats once, carriers with their revocations."""
        file = self._load([self.fixtures / FMCSA], "fmcsa-revocations")
        _require(file["rejected"] == 0, "every row of the real file is accepted")
        with self.workspace.reading() as connection:
            cited = EmbeddedStore(connection).edges([EdgeKind.CITED_UNDER])
        real = cited.filter(cited["src"].str.starts_with("FMCSA/"))
        _require(real.height > 0, "carriers carry the events of the real file")
        return {**file, "events": real["src"].n_unique(), "carriers": real["dst"].n_unique()}

    def _everything(self) -> dict[str, Any]:
        """What must be the same again: every membership, and the documents of the people of the story."""
        with self.workspace.reading() as connection:
            members = identity_rows(connection)
            scores = connection.execute("SELECT * FROM score ORDER BY identity_id").fetchall()
        documents = [risk(self.workspace, key, None) for key in (DRIVER, OFFENDER, YARD_DRIVER)]
        return {"members": members, "scores": scores, "risk": documents, "why": why(self.workspace, DRIVER, MEXICAN)}

    def _load(self, files: Sequence[Path], source: str) -> dict[str, Any]:
        self.progress.stage(f"loading {', '.join(file.name for file in files)}")
        document = load(self.workspace, LoadRequest(tuple(files), source, self.today, actor="demo"), self.progress)
        return {
            "file": ", ".join(file.name for file in files),
            "source": Path(source).stem,
            "rows": sum(item["rows"] for item in document["files"]),
            "rejected": sum(len(item["rejected"]) for item in document["files"]),
            "warned": sum(len(item["warned"]) for item in document["files"]),
            "identities": document["identities"],
            "seconds": document["seconds"],
        }

    def _source(self, world: Path, source: str) -> str:
        return str(world / source) if source.endswith(".toml") else source

    def _story(self, name: str) -> Path:
        return self.fixtures / "story" / name


def prepare(folder: Path, fixtures: Path) -> Workspace:
    """An empty workspace for the demo; one that an earlier demo made is made anew.

    Raises:
        SettingsError: the fixtures are not there, or the folder holds something else than a demo.
    """
    for needed in ("world/small/world.json", "story/us_drivers.csv", FMCSA):
        if not (fixtures / needed).is_file():
            raise SettingsError(f"--fixtures: {fixtures} lacks {needed}; name the project's fixtures folder")
    if folder.exists():
        if not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).is_file()):
            raise SettingsError(f"--workspace: {folder} was not made by a demo; name another folder")
        shutil.rmtree(folder)
    workspace = create_workspace(folder)
    (folder / MARK).write_text(json.dumps({"synthetic": True}) + "\n", "utf-8")
    return workspace


def demo_day(fixtures: Path) -> date:
    """The day on which the synthetic world stands."""
    return date.fromisoformat(_description(fixtures)["today"])


def _description(fixtures: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((fixtures / "world" / "small" / "world.json").read_text("utf-8"))
    return found


def _sum(files: Sequence[dict[str, Any]], name: str) -> int:
    return sum(int(file[name]) for file in files)


def _require(came_out: bool, claim: str) -> None:  # noqa: FBT001
    if not came_out:
        raise DemoFailed(f"demo: this did not come out: {claim}")
