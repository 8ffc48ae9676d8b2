"""The control endpoints for what `Sandbox` gives in Python, as a test in another language uses them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock


@pytest.fixture
def control(box: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(transport=box.transport(), base_url="http://127.0.0.1/_sandbox") as client:
        yield client


@pytest.fixture
def three_events(box: Sandbox, tracking: httpx.Client) -> list[str]:
    names = ["First", "Second", "Third"]
    batch = [{"type": "track", "userId": "u", "event": name} for name in names]
    tracking.post("/batch", json={"writeKey": box.write_key, "batch": [*batch, {"type": "track", "event": "Nobody"}]})
    return names


@pytest.mark.parametrize(
    ("query", "wanted"),
    [("", [0, 1, 2]), ("?start=1", [1, 2]), ("?start=1&count=1", [1]), ("?workspace=acme&count=2", [0, 1])],
)
def test_events_are_listed_in_pages(
    control: httpx.Client, three_events: list[str], query: str, wanted: list[int]
) -> None:
    answer = control.get(f"/events{query}").json()

    assert [event["event"] for event in answer["events"]] == [three_events[position] for position in wanted]
    assert answer["total"] == 3


def test_dropped_events_are_listed_with_their_reason(control: httpx.Client, three_events: list[str]) -> None:
    [dropped] = control.get("/dropped").json()["dropped"]

    assert (dropped["reason"], dropped["event"]["event"]) == ("no_user_anon_id", "Nobody")


def test_requests_are_listed_without_what_holds_keys(
    box: Sandbox, control: httpx.Client, public: httpx.Client, three_events: list[str], web: str
) -> None:
    public.delete(f"/sources/{web}/writekey/{box.write_key}")

    answer = control.get("/requests").json()

    assert [(item["method"], item["path"], item["status"]) for item in answer["requests"]] == [
        ("POST", "/v1/batch", 200),
        ("DELETE", f"/sources/{web}/writekey/***", 200),
    ]
    assert answer["total"] == 2
    assert box.write_key not in str(answer)
    assert box.token not in str(answer)


def test_totals_tell_what_became_of_the_events(
    box: Sandbox, control: httpx.Client, three_events: list[str], web: str
) -> None:
    rows = control.get("/totals").json()["totals"]

    found = {(row["sourceId"], row["destinationId"], row["step"]): row["count"] for row in rows}
    assert found == box.totals
    assert found[web, "", "failed-on-ingest"] == 1


def test_the_clock_goes_forward(box: Sandbox, control: httpx.Client, clock: StoppedClock) -> None:
    moved = control.post("/clock", json={"seconds": 3600}).json()

    assert moved == {"now": "2026-03-18T11:30:00.000Z"}
    assert control.get("/clock").json() == moved
    box.forward(timedelta(hours=1))
    assert control.get("/clock").json() == {"now": "2026-03-18T12:30:00.000Z"}


@pytest.mark.parametrize("body", [{}, {"seconds": "9"}, {"seconds": True}, {"seconds": -1}, {"seconds": 1e15}])
def test_the_clock_goes_nowhere_else(control: httpx.Client, body: dict[str, object]) -> None:
    answer = control.post("/clock", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "seconds"
    assert control.get("/clock").json() == {"now": "2026-03-18T10:30:00.000Z"}


def test_reset_forgets_what_happened(box: Sandbox, control: httpx.Client, three_events: list[str]) -> None:
    answer = control.post("/reset")

    assert answer.json() == {"status": "ok"}
    assert (box.events, box.dropped, box.requests) == ([], [], [])


def test_a_snapshot_goes_out_and_comes_back(box: Sandbox, control: httpx.Client, three_events: list[str]) -> None:
    picture = control.get("/snapshot").content
    control.post("/reset")

    answer = control.put("/snapshot", content=picture)

    assert answer.json() == {"status": "ok"}
    assert [event["event"] for event in box.events] == three_events


def test_what_is_no_snapshot_changes_nothing(box: Sandbox, control: httpx.Client, three_events: list[str]) -> None:
    answer = control.put("/snapshot", content=b"no database at all" * 1000)

    assert answer.status_code == 422
    assert len(box.events) == 3


@pytest.mark.parametrize("query", ["?count=many", "?start=-1", "?count=10001", "?start=99999999999999999"])
def test_a_page_that_is_none_is_refused(control: httpx.Client, query: str) -> None:
    assert control.get(f"/events{query}").status_code == 422


def test_an_unknown_workspace_is_refused_with_those_there_are(control: httpx.Client) -> None:
    answer = control.get("/events?workspace=globex")

    assert answer.status_code == 404
    assert "acme" in answer.json()["errors"][0]["message"]
