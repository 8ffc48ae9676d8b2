"""Who is hit by a fault, how often, and what the handle says about it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_toolkit.sandbox import RecordedRequest, Sandbox
from segment_toolkit.sandbox.faults import Fault, Faults


def hits(probability: float, seed: int | None, count: int = 200) -> list[bool]:
    """Which of so many equal requests are hit."""
    faults = Faults()
    faults.add(Fault(probability=probability, seed=seed, times=None))
    request = RecordedRequest("GET", "localhost", "/", "")
    return [faults.take(request) is not None for _ in range(count)]


@given(st.floats(0.01, 1), st.integers())
def test_the_same_seed_hits_the_same_requests(probability: float, seed: int) -> None:
    assert hits(probability, seed, 50) == hits(probability, seed, 50)


def test_another_seed_hits_others() -> None:
    assert hits(0.5, 1) != hits(0.5, 2)


@pytest.mark.parametrize("probability", [0.05, 0.2, 0.5, 0.9])
def test_the_rate_is_close_to_the_probability(probability: float) -> None:
    rate = sum(hits(probability, seed=7, count=20_000)) / 20_000

    assert rate == pytest.approx(probability, abs=0.01)


def test_a_probability_of_one_always_hits() -> None:
    assert all(hits(1, seed=None))


def test_a_fault_with_a_probability_stays_until_it_is_removed(box: Sandbox, public: httpx.Client) -> None:
    box.inject(kind="server_error", probability=1)

    before = [public.get("/").status_code for _ in range(5)]
    removed = box.clear_faults()

    assert before == [500] * 5
    assert removed == 1
    assert public.get("/").status_code == 200


def test_with_a_probability_times_counts_the_hits(box: Sandbox, public: httpx.Client) -> None:
    box.inject(kind="server_error", probability=0.5, seed=1, times=3)

    statuses = [public.get("/").status_code for _ in range(40)]

    assert statuses.count(500) == 3
    assert box.faults == []


def test_only_requests_that_match_roll_the_dice(box: Sandbox, public: httpx.Client) -> None:
    def statuses(*, others: bool) -> list[int]:
        box.reset()
        box.inject(kind="server_error", probability=0.5, seed=3, path="/sources")
        found = []
        for _ in range(20):
            if others:
                public.get("/labels")
            found.append(public.get("/sources").status_code)
        return found

    alone, among_others = statuses(others=False), statuses(others=True)

    assert alone == among_others
    assert set(alone) == {200, 500}


def test_a_fault_that_spares_a_request_leaves_it_to_the_next(box: Sandbox, public: httpx.Client) -> None:
    box.inject(status=500, probability=0.000_001, seed=0)
    box.inject(status=503)

    assert public.get("/").status_code == 503


def test_the_handle_counts_what_was_matched_and_played(box: Sandbox, public: httpx.Client) -> None:
    first = box.inject(kind="server_error", probability=0.5, seed=1, path="/sources")
    second = box.inject(kind="empty_body", path="/labels", times=2)

    statuses = [public.get("/sources").status_code for _ in range(10)]
    public.get("/labels")

    one, two = box.faults
    assert (one.id, two.id) == (first, second)
    assert (one.matched, one.played, one.left) == (10, statuses.count(500), None)
    assert (two.matched, two.played, two.left) == (1, 1, 1)
    assert (one.fault.kind, two.fault.kind) == ("server_error", "empty_body")


def test_one_fault_can_be_removed_by_its_id(box: Sandbox, public: httpx.Client) -> None:
    first = box.inject(status=500)
    box.inject(status=503)

    assert box.clear_faults(first) == 1
    assert box.clear_faults(first) == 0
    assert public.get("/").status_code == 503


def test_a_reset_of_the_sandbox_removes_faults(box: Sandbox) -> None:
    box.inject(kind="html_200", probability=1)

    box.reset()

    assert box.faults == []


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        ({"kind": "html200"}, "kind must be one of rate_limited, "),
        ({"kind": "html_200", "status": 500}, "status goes only with kind server_error or .* or no kind"),
        ({"kind": "server_error", "status": 404}, "status must be from 500 to 599 for server_error"),
        ({"kind": "redirect", "status": 304}, "status must be one of 301, 302, 303, 307, 308 for redirect"),
        ({"kind": "redirect", "location": "http://x/\r\nset-cookie: a"}, "location must be a URL"),
        ({"kind": "reset_before", "after": True}, "after goes only with"),
        ({"kind": "reset_after", "error": httpx.ReadError}, "error goes only with no kind"),
        ({"status": 500, "seconds": 1}, "seconds goes only with kind rate_limited or kind slow_answer or"),
        ({"location": "https://elsewhere.invalid"}, "location goes only with kind redirect"),
        ({"kind": "slow_body", "seconds": -1}, "seconds must be from 0 to 3600"),
        ({"kind": "slow_body", "seconds": float("nan")}, "seconds must be from 0 to 3600"),
        ({"kind": "slow_body", "seconds": 10**400}, "seconds must be from 0 to 3600"),
        ({"times": -1}, "times must be at least 1"),
        ({"probability": 0}, "probability must be more than 0"),
        ({"probability": 1.5}, "probability must be more than 0 and at most 1"),
        ({"probability": float("nan")}, "probability must be more than 0"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_and_told_why(box: Sandbox, order: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        box.inject(**order)

    assert box.faults == []
