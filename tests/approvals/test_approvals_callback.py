"""Destructive tools run when the host says so, and never because the model does: the host's `approve`."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit import Approval, Override, SegmentToolkit
from segment_toolkit.errors import InvalidParams
from segment_toolkit.sandbox import Sandbox
from tests.approvals.approval_samples import (
    DELETE,
    IDLE,
    IN_USE,
    REMOVE_KEY,
    UPDATE,
    Execute,
    async_execute,
    both_colours,
    code,
    writes,
)

DESTRUCTIVE = [
    pytest.param(DELETE, {"sourceId": "s1"}, id="delete source"),
    pytest.param(REMOVE_KEY, {"sourceId": "s1", "writeKey": "k" * 32}, id="remove key"),
]


@both_colours
@pytest.mark.parametrize(("slug", "arguments"), DESTRUCTIVE)
def test_without_an_approval_nothing_is_destroyed(
    box: Sandbox, execute: Execute, slug: str, arguments: dict[str, Any]
) -> None:
    envelope = execute(box, slug, arguments, {"approve": None})

    assert code(envelope) == "refused"
    assert writes(box) == []


@both_colours
def test_the_host_is_asked_once_about_exactly_these_arguments(box: Sandbox, execute: Execute) -> None:
    asked: list[Approval] = []

    def approve(question: Approval) -> bool:
        asked.append(question)
        return True

    source = box.sources[IDLE]

    envelope = execute(box, DELETE, {"source_id": source}, {"approve": approve}, user_id="tenant")

    assert envelope.successful
    assert [(q.tool, dict(q.arguments), q.user_id) for q in asked] == [(DELETE, {"sourceId": source}, "tenant")]
    assert writes(box) == [f"DELETE /sources/{source}"]


def test_the_question_says_what_would_be_sent_and_what_it_would_affect(box: Sandbox) -> None:
    asked: list[Approval] = []
    toolkit = SegmentToolkit.sandbox(box, approve=lambda question: bool(asked.append(question)))
    source = box.sources[IN_USE]

    toolkit.tools.execute(DELETE, {"sourceId": source})

    preview = asked[0].preview
    assert (preview["method"], preview["path"]) == ("DELETE", f"/sources/{source}")
    assert preview["can_be_undone"] is False
    assert asked[0].affects["source"]["slug"] == IN_USE
    assert asked[0].affects["events_last_7_days"] > 0
    assert asked[0].override_needed


@pytest.mark.parametrize("answer", [pytest.param(v, id=repr(v)) for v in (False, None, 1, "yes", [True])])
def test_only_true_approves(box: Sandbox, answer: Any) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=lambda _: answer)

    envelope = toolkit.tools.execute(DELETE, {"sourceId": box.sources[IDLE]})

    assert code(envelope) == "refused"
    assert writes(box) == []


@both_colours
def test_a_source_in_use_takes_more_than_true(box: Sandbox, execute: Execute) -> None:
    envelope = execute(box, DELETE, {"sourceId": box.sources[IN_USE]}, {"approve": lambda _: True})

    assert code(envelope) == "refused"
    assert "override" in str(envelope.error)
    assert "events in the last 7 days" in envelope.data["preview"]["override_needed"]
    assert writes(box) == []


@both_colours
def test_an_override_deletes_a_source_in_use(box: Sandbox, execute: Execute) -> None:
    envelope = execute(
        box, DELETE, {"sourceId": box.sources[IN_USE]}, {"approve": lambda _: Override("it is being replaced")}
    )

    assert envelope.successful
    assert IN_USE not in box.sources


def test_an_override_is_a_yes_where_a_yes_is_enough(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=lambda _: Override("asked and told"))

    assert toolkit.tools.execute(DELETE, {"sourceId": box.sources[IDLE]}).successful


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_an_override_says_why(reason: Any) -> None:
    with pytest.raises(InvalidParams):
        Override(reason)


def test_an_async_approve_is_awaited(box: Sandbox) -> None:
    async def approve(_: Approval) -> bool:
        return True

    envelope = async_execute(box, DELETE, {"sourceId": box.sources[IDLE]}, {"approve": approve})

    assert envelope.successful


def test_an_async_approval_in_a_sync_toolkit_approves_nothing(box: Sandbox) -> None:
    async def approve(_: Approval) -> bool:
        return True

    toolkit = SegmentToolkit.sandbox(box, approve=approve)

    envelope = toolkit.tools.execute(DELETE, {"sourceId": box.sources[IDLE]})

    assert "AsyncSegmentToolkit" in str(envelope.error)
    assert writes(box) == []


def test_an_approval_that_raises_approves_nothing(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=lambda _: 1 / 0)  # type: ignore[arg-type, return-value]

    envelope = toolkit.tools.execute(DELETE, {"sourceId": box.sources[IDLE]})

    assert code(envelope) == "internal"
    assert writes(box) == []


def test_reads_and_writes_are_not_asked_about(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=lambda _: False)

    envelope = toolkit.tools.execute(UPDATE, {"sourceId": box.sources[IN_USE], "name": "X"})

    assert envelope.successful
    assert len(box.requests) == 1


@pytest.mark.parametrize("name", ["sourceId", "source_id", "source-id", "SOURCEID"])
def test_the_arguments_shown_are_those_that_will_run_however_they_were_spelt(box: Sandbox, name: str) -> None:
    asked: list[Any] = []
    toolkit = SegmentToolkit.sandbox(box, approve=lambda question: bool(asked.append(question.arguments)))

    envelope = toolkit.tools.execute(DELETE, {name: "src_1"}, user_id="u1")

    assert [dict(arguments) for arguments in asked] == [{"sourceId": "src_1"}]
    assert code(envelope) == "refused"


def test_a_host_that_changes_what_it_is_shown_changes_nothing_of_what_runs(box: Sandbox) -> None:
    def approve(question: Approval) -> bool:
        question.arguments["sourceId"] = box.sources["shop-ios"]  # type: ignore[index]
        return True

    SegmentToolkit.sandbox(box, approve=approve).tools.execute(DELETE, {"sourceId": box.sources[IDLE]})

    assert "shop-ios" in box.sources
    assert IDLE not in box.sources


def test_on_the_sandbox_everything_is_approved_and_nothing_is_read_for_it(
    toolkit: SegmentToolkit, box: Sandbox
) -> None:
    envelope = toolkit.tools.execute(DELETE, {"sourceId": box.sources[IN_USE]})

    assert envelope.successful
    assert len(box.requests) == 1


MISTAKEN: dict[str, dict[str, Any]] = {
    "approve is True": {"approve": True},
    "approve is a word": {"approve": "yes"},
    "approvals is a path": {"approvals": "approvals.db"},
    "policy is a dict": {"policy": {"read_only": True}},
}


@pytest.mark.parametrize("options", MISTAKEN.values(), ids=MISTAKEN)
def test_what_could_decide_nothing_is_the_hosts_mistake_before_any_call(box: Sandbox, options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=f"{next(iter(options))} is a"):
        SegmentToolkit.sandbox(box, **options)
