"""Requests and answers about loads and records that are sent, with examples of invented people."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.jobs.states import JobKind, JobState

MOST_RECORDS = 500
MOST_COLUMNS = 200
_JOB: dict[str, JsonValue] = {
    "job_id": "j-5f0c2b7e9a1d3344",
    "kind": "load",
    "state": "queued",
    "source": "drivers",
    "request": {"today": "2026-06-30", "confirm": False, "file": "upload.csv", "bytes": 48123, "sha256": "9f2c…"},
    "by": "key:licence desk",
    "created_at": "2026-06-30T08:00:00.125+00:00",
    "started_at": None,
    "finished_at": None,
    "attempts": 0,
    "progress": None,
    "load_id": None,
    "problem": None,
}
_COUNTS: dict[str, JsonValue] = {
    "unchanged": False,
    "identities": {"created": 1, "grown": 0, "merged": 0, "split": 0},
    "pairs_scored": 3,
    "rescored": 1,
    "scores_changed": 0,
    "screened": 0,
    "reviews_opened": 0,
    "reviews_reopened": 0,
    "reviews_extended": 0,
    "seconds": 0.412,
}


class Mode(StrEnum):
    """What a file stands for."""

    DELTA = "delta"
    SNAPSHOT = "snapshot"
    DELETE = "delete"


class DateOrder(StrEnum):
    """Order of day, month and year."""

    YMD = "YMD"
    DMY = "DMY"
    MDY = "MDY"
    UNKNOWN = "unknown"


class LoadFields(BaseModel):
    """The fields of a form beside its file; those left out are as the source's manifest says."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[str, Field(min_length=1, max_length=100, description="A built-in source.")]
    today: Annotated[date | None, Field(description="The load day; today by default.")] = None
    mode: Mode | None = None
    date_order: DateOrder | None = None
    encoding: Annotated[str | None, Field(max_length=40)] = None
    delimiter: Annotated[str | None, Field(max_length=10)] = None
    confirm: Annotated[bool, Field(description="Let a snapshot withdraw more than a tenth.")] = False


class StageView(BaseModel):
    """How far a job is."""

    stage: str
    done: int
    total: int | None


class JobProblem(BaseModel):
    """Why a job failed; nothing of it is in the workspace."""

    status: int
    detail: str


class JobView(BaseModel):
    """Where a job stands. From `published` on what it brought is in the workspace."""

    model_config = ConfigDict(json_schema_extra={"examples": [_JOB]})

    job_id: str
    kind: JobKind
    state: JobState
    source: str | None
    request: Annotated[dict[str, Any], Field(description="Options, and the file's size and SHA-256.")]
    by: str
    created_at: str
    started_at: str | None
    finished_at: str | None
    attempts: Annotated[int, Field(description="How often it was begun; more than once where a server was ended.")]
    progress: StageView | None
    load_id: int | None
    problem: JobProblem | None


class JobPage(BaseModel):
    """Some jobs, the newest first; follow `next_cursor` until it is null."""

    rows: list[JobView]
    next_cursor: str | None


class IssueView(BaseModel):
    """One row that was rejected, or one value that was not used; never what it held."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "file": "upload.csv",
                    "line": 17,
                    "column": "birth_date",
                    "rule": "date-not-readable",
                    "message": "the date cannot be read",
                }
            ]
        }
    )

    file: str
    line: int | None
    column: str | None
    rule: str
    message: str


class IssuePage(BaseModel):
    """Some rejects or warnings by line; follow `next_cursor` until it is null."""

    rows: list[IssueView]
    next_cursor: str | None


class JobWhole(JobView):
    """A job with what came of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_JOB | {"load": None}]})

    load: Annotated[
        dict[str, Any] | None,
        Field(description="The `load` document, from `published` on; cut lists say so in `truncated` and `notice`."),
    ]


Cell = str | int | float | bool | None


class RecordsRequest(BaseModel):
    """Records of one source, each with the columns that a file of the source has."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "source": "drivers",
                    "records": [
                        {
                            "source": "US",
                            "record_id": "TX-17",
                            "given_name": "Ulises",
                            "surname": "Quintanar",
                            "birth_date": "1984-03-09",
                        }
                    ],
                }
            ]
        },
    )

    source: Annotated[str, Field(min_length=1, max_length=100, description="A built-in source.")]
    records: Annotated[
        list[Annotated[dict[Annotated[str, Field(max_length=200)], Cell], Field(max_length=MOST_COLUMNS)]],
        Field(min_length=1, max_length=MOST_RECORDS, description="Give a number as text where its digits matter."),
    ]
    today: Annotated[date | None, Field(description="The load day; today by default.")] = None


class CellIssue(BaseModel):
    """Why a record, or a value of it, was not used."""

    column: str | None
    rule: str
    message: str


class RecordOutcome(BaseModel):
    """What became of one record."""

    line: Annotated[int, Field(description="Its place in the list, from 1.")]
    accepted: bool
    identity_id: Annotated[str | None, Field(description="Whose it is; null for what is about nobody known.")]
    rejected: list[CellIssue]
    warned: list[CellIssue]


class RecordsAnswer(BaseModel):
    """Whose each record is; `accepted` and `rejected` add up to the records sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "job_id": "j-5f0c2b7e9a1d3344",
                    "load_id": 12,
                    "accepted": 1,
                    "rejected": 0,
                    **_COUNTS,
                    "moves": [],
                    "records": [{"line": 1, "accepted": True, "identity_id": "d-4f1c9a", "rejected": [], "warned": []}],
                }
            ]
        }
    )

    job_id: str
    load_id: Annotated[int | None, Field(description="Null where everything was known already.")]
    accepted: int
    rejected: int
    unchanged: bool
    identities: dict[str, int]
    pairs_scored: int
    rescored: int
    scores_changed: int
    screened: int
    reviews_opened: int
    reviews_reopened: int
    reviews_extended: int
    seconds: float
    moves: list[dict[str, Any]]
    records: list[RecordOutcome]
