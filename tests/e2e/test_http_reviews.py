"""Reviews over HTTP: from the queue to two signatures, the letter and the appeal, each step once and on record."""

from __future__ import annotations

from typing import Any

from api.audit import AuditLog
from api.reviews.document import BLIND
from api.roles import Role
from eligibility.trail import Trail
from eligibility.untold import untold
from tests.e2e.http_world import Api, assert_problem, pages, rows_of

QUEUE = "/api/v1/reviews"


def number_of(client: Any, key: str) -> int:
    (number,) = [row["review_id"] for row in client.get(QUEUE).json()["rows"] if row["key"] == key]
    return int(number)


def test_from_the_queue_to_two_signatures_the_letter_and_the_appeal(api: Api) -> None:
    ana = api.person(Role.REVIEWER, "ana")
    ben, eva = api.person(Role.SUPERVISOR, "ben"), api.person(Role.SUPERVISOR, "eva")
    number = number_of(ana, "incident:US/I1")
    at = f"{QUEUE}/{number}"

    def done(client: Any, what: str, **body: Any) -> dict[str, Any]:
        answer = client.post(f"{at}/{what}", json=body)
        assert answer.status_code == 200, answer.text
        changed: dict[str, Any] = answer.json()
        assert changed["identity_id"] == api.id_of("US/1")
        return changed

    assert done(ana, "assign", to="ana", reason="mine")["state"] == "assigned"
    done(ana, "note", text="looked at")
    assert done(ana, "ask", text="the file, please", due_on="2026-07-20")["state"] == "waiting"
    assert done(ana, "answer", text="it came")["state"] == "assigned"
    revoke = {"outcome": "revoke", "codes": ["CUSTOMS"], "reason": "smuggling, charged"}
    assert "still to be resolved" in assert_problem(ana.post(f"{at}/decide", json=revoke), 409)["detail"]
    for factor in ana.get(at).json()["trace"]["unresolved"]:
        done(ana, "resolve", factor=factor, finding="confirmed", reason="seen in the court file")
    assert done(ana, "decide", **revoke)["state"] == "proposed"
    assert_problem(ana.post(f"{at}/sign", json={"reason": "agreed"}), 403)
    assert done(ben, "send-back", outcome="retain", reason="too much")["state"] == "assigned"
    assert done(ana, "decide", **revoke)["state"] == "proposed"
    assert done(ben, "sign", reason="agreed")["outcome"] == "revoke"
    assert_problem(ben.post(f"{at}/sign", json={"reason": "again"}), 409)

    letter = done(ana, "letter", language="es")
    assert ana.get(f"{at}/letter", params={"language": "es"}).json()["text"] == letter["text"]
    done(ana, "appeal", grounds="the case was dismissed", evidence="court paper", filed_on="2026-07-02")
    ruling = {"granted": True, "reason": "the paper is genuine"}
    assert_problem(ben.post(f"{at}/decide-appeal", json=ruling), 409)
    assert done(eva, "decide-appeal", **ruling)["state"] == "open"
    replayed = ana.get(f"{at}/replay").json()
    assert replayed["is_whole"] is True
    with api.workspace.reading() as connection:
        told = Trail(connection).of(f"review:{number}")
        assert Trail(connection).verify() == []
    assert {entry.actor for entry in told} >= {"ana", "ben", "eva"}
    steps = [e for e in AuditLog(api.workspace.path).entries(limit=1000) if e.action == "review sign"]
    assert [(e.actor, e.identity_id) for e in steps] == [("ben", api.id_of("US/1"))]


def test_a_key_decides_nothing(api: Api) -> None:
    key = api.as_(Role.SUPERVISOR)
    number = number_of(key, "incident:US/I1")
    assert key.post(f"{QUEUE}/{number}/note", json={"text": "from a system"}).status_code == 200
    for what, body in (
        ("resolve", {"factor": "incident:US/I1", "finding": "confirmed", "reason": "r"}),
        ("decide", {"outcome": "retain", "codes": ["LOW_RISK"], "reason": "r"}),
        ("sign", {"reason": "r"}),
        ("send-back", {"outcome": "retain", "reason": "r"}),
        ("decide-appeal", {"granted": True, "reason": "r"}),
        ("opinion", {"outcome": "retain", "reason": "r"}),
    ):
        assert "log in" in assert_problem(key.post(f"{QUEUE}/{number}/{what}", json=body), 403)["detail"]
    assert key.get(f"{QUEUE}/{number}").json()["state"] == "open"


def test_nothing_is_decided_without_a_reason(api: Api) -> None:
    ana = api.as_(Role.SUPERVISOR, "ana")
    for what, body in (
        ("assign", {"to": "key:ana"}),
        ("assign", {"to": "key:ana", "reason": "  "}),
        ("note", {"text": ""}),
        ("decide", {"outcome": "retain"}),
        ("sign", {}),
        ("decide-appeal", {"granted": True}),
    ):
        assert assert_problem(ana.post(f"{QUEUE}/1/{what}", json=body), 422)["errors"]
    assert_problem(ana.post(f"{QUEUE}/1/assign", json={"to": "x", "reason": "r", "by": "somebody else"}), 422)


def test_the_queue_pages_through_ties_and_picks(api: Api) -> None:
    with api.workspace.transaction() as connection:
        connection.execute("UPDATE review SET priority = 50, opened_at = '2026-06-30T00:00:00+00:00'")
    client = api.as_(Role.REVIEWER)
    whole = client.get(QUEUE).json()
    assert whole["next_cursor"] is None
    numbers = [row["review_id"] for row in whole["rows"]]
    assert (len(numbers), numbers) == (2, sorted(numbers))
    one_by_one = rows_of(pages(client, QUEUE, limit=1))
    assert [row["review_id"] for row in one_by_one] == numbers
    assert rows_of(pages(client, QUEUE, driver="CA/1")) == whole["rows"]
    assert rows_of(pages(client, QUEUE, mine=True)) == []
    client.post(f"{QUEUE}/{numbers[0]}/assign", json={"to": "key:reviewer", "reason": "mine"})
    assert [row["review_id"] for row in rows_of(pages(client, QUEUE, mine=True))] == numbers[:1]
    assert [row["review_id"] for row in rows_of(pages(client, QUEUE, state="open"))] == numbers[1:]
    first = client.get(QUEUE, params={"limit": 1}).json()["next_cursor"]
    for path in ("/api/v1/drivers", "/api/v1/coverage", "/api/v1/audit"):
        who = api.as_(Role.AUDITOR) if "audit" in path else client
        assert_problem(who.get(path, params={"cursor": first}), 400)


def test_a_case_is_the_commands_document_and_a_blind_reader_is_not_told(api: Api) -> None:
    client = api.as_(Role.REVIEWER)
    client.post(f"{QUEUE}/1/assign", json={"to": "key:reviewer", "reason": "mine"})
    client.post(f"{QUEUE}/1/note", json={"text": "looked at"})
    shown = client.get(f"{QUEUE}/1").json()
    assert [note["text"] for note in shown["notes"]] == ["looked at"]
    blind = client.get(f"{QUEUE}/1", params={"blind": True}).json()
    assert all(blind[name] == [] for name in BLIND)
    assert {**blind, "trace": None, "assignee": None} == {
        **shown,
        **{name: [] for name in BLIND},
        "trace": None,
        "assignee": None,
    }


def test_a_step_under_a_key_is_taken_once(api: Api) -> None:
    client = api.as_(Role.REVIEWER)
    headers = {"Idempotency-Key": "note-1"}
    first = client.post(f"{QUEUE}/1/note", json={"text": "once"}, headers=headers)
    again = client.post(f"{QUEUE}/1/note", json={"text": "once"}, headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(client.get(f"{QUEUE}/1").json()["notes"]) == 1
    assert_problem(client.post(f"{QUEUE}/1/note", json={"text": "twice"}, headers=headers), 422)


def test_without_a_fact_nothing_is_stored(api: Api) -> None:
    client = api.as_(Role.REVIEWER)
    found = client.get(f"{QUEUE}/1/without", params={"fact": "US/E1"}).json()
    assert found["after"]["own"] < found["before"]["own"]
    assert client.get("/api/v1/drivers/US%2F1/score").json()["own"] == found["before"]["own"]
    assert "E77" not in assert_problem(client.get(f"{QUEUE}/1/without", params={"fact": "US/E77"}), 404)["detail"]


def test_a_person_starts_a_review_once_a_key_and_a_key_of_a_service_never(api: Api) -> None:
    ana = api.person(Role.REVIEWER, "ana")
    asked = {"driver": "US/2", "reason": "the lane officer asks"}
    for role in (Role.REVIEWER, Role.SUPERVISOR):
        assert "log in" in assert_problem(api.as_(role).post(QUEUE, json=asked), 403)["detail"]
    for role in (Role.VIEWER, Role.INVESTIGATOR, Role.LOADER, Role.AUDITOR):
        assert_problem(api.as_(role).post(QUEUE, json=asked), 403)
        assert_problem(api.person(role, f"p-{role.value}").post(QUEUE, json=asked), 403)
    for bad in ({"driver": "US/2"}, {"driver": "US/2", "reason": "  "}, asked | {"by": "eva"}, asked | {"driver": ""}):
        assert_problem(ana.post(QUEUE, json=bad), 422)
    assert_problem(ana.post(QUEUE, json=asked | {"driver": "US/404"}), 404)
    assert "not enrolled" in assert_problem(ana.post(QUEUE, json=asked | {"driver": "US/4"}), 409)["detail"]

    headers = {"Idempotency-Key": "start-1"}
    first = ana.post(QUEUE, json=asked, headers=headers)
    again = ana.post(QUEUE, json=asked, headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    row = first.json()
    assert (row["identity_id"], row["trigger"], row["state"]) == (api.id_of("US/2"), "requested", "open")
    assert str(row["review_id"]) in assert_problem(ana.post(QUEUE, json=asked), 409)["detail"]
    assert [one["review_id"] for one in rows_of(pages(ana, QUEUE, trigger="requested"))] == [row["review_id"]]
    with api.workspace.reading() as connection:
        assert Trail(connection).verify() == []
        assert untold(connection) == []
        (opened,) = Trail(connection).of(f"review:{row['review_id']}")
    assert (opened.actor, opened.reason) == ("ana", asked["reason"])
    noted = [e for e in AuditLog(api.workspace.path).entries(limit=1000) if e.action == "review start"]
    assert {(e.actor, e.identity_id) for e in noted} == {("ana", api.id_of("US/2"))}
