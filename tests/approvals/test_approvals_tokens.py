"""One-time tokens: the host approves a refused call by the token that only the host sees."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from segment_toolkit import Approvals, Envelope, Policy, SegmentToolkit
from segment_toolkit.approvals.desk import MOST_OF_A_USER
from segment_toolkit.errors import InvalidParams
from segment_toolkit.sandbox import Sandbox
from tests.approvals.approval_samples import DELETE, IDLE, IN_USE, UPDATE, Execute, both_colours, code, use, writes


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def strict(box: Sandbox) -> SegmentToolkit:
    """A toolkit that approves nothing by itself."""
    return SegmentToolkit.sandbox(box, approve=None)


def waiting(toolkit: SegmentToolkit, box: Sandbox, source: str = IDLE, user_id: str | None = "u1") -> Any:
    """The approval that a refused deletion waits for."""
    approval = toolkit.tools.execute(DELETE, {"sourceId": box.sources[source]}, user_id=user_id).approval
    assert approval is not None
    return approval


def test_the_token_is_with_the_envelope_and_in_no_text_of_it(strict: SegmentToolkit, box: Sandbox) -> None:
    envelope = strict.tools.execute(DELETE, {"sourceId": box.sources[IDLE]}, user_id="u1")

    approval = envelope.approval
    assert approval is not None
    assert dict(approval.arguments) == {"sourceId": box.sources[IDLE]}
    assert approval.preview["affects"]["source"]["slug"] == IDLE
    assert approval.token not in json.dumps(envelope) + repr(envelope) + repr(approval) + repr(strict.approvals)


def test_the_token_lets_the_call_run_once(strict: SegmentToolkit, box: Sandbox) -> None:
    token = waiting(strict, box).token
    source = box.sources[IDLE]

    first = strict.tools.execute(DELETE, {"sourceId": source}, user_id="u1", approval=token)
    box.reset()
    second = strict.tools.execute(DELETE, {"sourceId": source}, user_id="u1", approval=token)

    assert first.successful
    assert code(second) == "refused"
    assert "was used before" in str(second.error)
    assert writes(box) == []


@both_colours
def test_a_token_is_good_in_every_toolkit_that_shares_the_desk(box: Sandbox, execute: Execute) -> None:
    options = {"approve": None, "approvals": Approvals()}
    approval = execute(box, DELETE, {"sourceId": box.sources[IDLE]}, options).approval
    assert approval is not None

    envelope = execute(box, DELETE, {"sourceId": box.sources[IDLE]}, options, approval=approval.token)

    assert envelope.successful


def test_a_granted_call_runs_when_it_is_made_again_and_once_only(strict: SegmentToolkit, box: Sandbox) -> None:
    source = box.sources[IDLE]
    strict.approvals.grant(waiting(strict, box).token)

    first = strict.tools.execute(DELETE, {"sourceId": source}, user_id="u1")
    box.reset()
    second = strict.tools.execute(DELETE, {"sourceId": source}, user_id="u1")

    assert (first.successful, second.successful) == (True, False)


def test_a_denied_call_is_refused_by_its_token(strict: SegmentToolkit, box: Sandbox) -> None:
    token = waiting(strict, box).token
    strict.approvals.deny(token)

    envelope = strict.tools.execute(DELETE, {"sourceId": box.sources[IDLE]}, user_id="u1", approval=token)

    assert "was denied" in str(envelope.error)
    with pytest.raises(InvalidParams, match="was denied"):
        strict.approvals.grant(token)
    strict.approvals.deny(token)
    assert strict.approvals.pending() == []


def test_a_grant_can_be_taken_back(strict: SegmentToolkit, box: Sandbox) -> None:
    token = waiting(strict, box).token
    strict.approvals.grant(token)
    strict.approvals.deny(token)

    assert not strict.tools.execute(DELETE, {"sourceId": box.sources[IDLE]}, user_id="u1").successful


def test_what_waits_is_listed_until_it_is_granted(strict: SegmentToolkit, box: Sandbox) -> None:
    first, second = waiting(strict, box), waiting(strict, box, "shop-ios")

    strict.approvals.grant(first.token)

    assert [approval.arguments for approval in strict.approvals.pending()] == [second.arguments]


def test_the_same_call_made_again_waits_under_the_same_token(strict: SegmentToolkit, box: Sandbox) -> None:
    assert waiting(strict, box).token == waiting(strict, box).token
    assert len(strict.approvals.pending()) == 1


def test_a_token_lasts_a_quarter_of_an_hour(box: Sandbox) -> None:
    clock = Clock()
    toolkit = SegmentToolkit.sandbox(box, approve=None, approvals=Approvals(clock=clock))
    token = waiting(toolkit, box).token

    clock.now = 15 * 60
    envelope = toolkit.tools.execute(DELETE, {"sourceId": box.sources[IDLE]}, user_id="u1", approval=token)

    assert "has expired" in str(envelope.error)
    assert toolkit.approvals.pending() == []
    assert writes(box) == []


def test_a_grant_expires_too(box: Sandbox) -> None:
    clock = Clock()
    toolkit = SegmentToolkit.sandbox(box, approve=None, approvals=Approvals(seconds=60, clock=clock))
    toolkit.approvals.grant(waiting(toolkit, box).token)

    clock.now = 61

    assert not toolkit.tools.execute(DELETE, {"sourceId": box.sources[IDLE]}, user_id="u1").successful


@pytest.mark.parametrize("how", ["execute", "grant"])
def test_a_source_in_use_takes_an_override_and_keeps_its_token_until_then(
    strict: SegmentToolkit, box: Sandbox, how: str
) -> None:
    approval = waiting(strict, box, IN_USE)
    arguments = {"sourceId": box.sources[IN_USE]}

    def run(*, override: bool) -> Envelope:
        if how == "grant":
            strict.approvals.grant(approval.token, override=override)
            return strict.tools.execute(DELETE, arguments, user_id="u1")
        return strict.tools.execute(DELETE, arguments, user_id="u1", approval=approval.token, override=override)

    plain, overridden = run(override=False), run(override=True)

    assert approval.override_needed
    assert "override" in str(plain.error)
    assert overridden.successful


def test_traffic_that_came_after_the_grant_is_seen(strict: SegmentToolkit, box: Sandbox) -> None:
    strict.approvals.grant(waiting(strict, box).token)
    use(box, IDLE)

    envelope = strict.tools.execute(DELETE, {"sourceId": box.sources[IDLE]}, user_id="u1")

    assert "override" in str(envelope.error)
    assert IDLE in box.sources


def test_an_override_without_an_approval_is_none(strict: SegmentToolkit, box: Sandbox) -> None:
    envelope = strict.tools.execute(DELETE, {"sourceId": box.sources[IDLE]}, override=True)

    assert code(envelope) == "refused"
    assert writes(box) == []


def test_one_user_cannot_push_out_what_waits_for_another(strict: SegmentToolkit, box: Sandbox) -> None:
    token = waiting(strict, box).token

    for number in range(MOST_OF_A_USER + 5):
        strict.tools.execute(DELETE, {"sourceId": f"s{number}"}, user_id="noisy")

    assert len(strict.approvals.pending()) == MOST_OF_A_USER + 1
    assert strict.tools.execute(DELETE, {"sourceId": box.sources[IDLE]}, user_id="u1", approval=token).successful


def test_of_many_that_use_one_token_at_once_one_runs(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, policy=Policy(approve=(UPDATE,)), approve=None)
    arguments = {"sourceId": box.sources[IDLE], "name": "X"}
    approval = toolkit.tools.execute(UPDATE, arguments).approval
    assert approval is not None

    def use(_: int) -> bool:
        return toolkit.tools.execute(UPDATE, arguments, approval=approval.token).successful

    with ThreadPoolExecutor(16) as pool:
        successes = sum(pool.map(use, range(64)))

    assert successes == 1
    assert len(writes(box)) == 1


def test_an_agents_repeated_call_runs_after_the_users_yes(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=None)
    source = box.sources[IDLE]

    refused = toolkit.tools.execute(DELETE, {"sourceId": source}, user_id="u1")
    for approval in toolkit.approvals.pending():
        toolkit.approvals.grant(approval.token)
    repeated = toolkit.tools.execute(DELETE, json.dumps({"source_id": source}), user_id="u1")

    assert (refused.successful, repeated.successful) == (False, True)
