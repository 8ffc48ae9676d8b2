"""Destructive tools run when the host says so, and never because the model does."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit import Approval, SegmentToolkit
from segment_toolkit.sandbox import Sandbox

DESTRUCTIVE = [
    pytest.param("SEGMENT_DELETE_SOURCE", {"sourceId": "s1"}, id="delete source"),
    pytest.param("SEGMENT_REMOVE_SOURCE_WRITE_KEY", {"sourceId": "s1", "writeKey": "k" * 32}, id="remove key"),
]


@pytest.mark.parametrize(("slug", "arguments"), DESTRUCTIVE)
def test_without_an_approval_function_nothing_is_destroyed(box: Sandbox, slug: str, arguments: dict[str, Any]) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=None)

    envelope = toolkit.tools.execute(slug, arguments)

    assert envelope.failure is not None
    assert envelope.failure.code == "refused"
    assert box.requests == []


@pytest.mark.parametrize("word", ["confirm", "approve", "force", "yes"])
def test_the_model_cannot_approve_with_an_argument(box: Sandbox, word: str) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=None)

    envelope = toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": "s1", word: True})

    assert not envelope.successful
    assert box.requests == []


def test_the_host_is_asked_once_about_exactly_these_arguments(box: Sandbox) -> None:
    asked: list[Approval] = []

    def approve(question: Approval) -> bool:
        asked.append(question)
        return True

    toolkit = SegmentToolkit.sandbox(box, approve=approve)
    source = box.sources["shop-web"]

    envelope = toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"source_id": source}, user_id="tenant")

    assert envelope.successful
    assert [(q.tool, dict(q.arguments), q.user_id) for q in asked] == [
        ("SEGMENT_DELETE_SOURCE", {"sourceId": source}, "tenant")
    ]


@pytest.mark.parametrize("answer", [pytest.param(v, id=repr(v)) for v in (False, None, 1, "yes", [True])])
def test_only_true_approves(box: Sandbox, answer: Any) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=lambda _: answer)

    envelope = toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": "s1"})

    assert envelope.failure is not None
    assert envelope.failure.code == "refused"
    assert box.requests == []


def test_an_async_approval_in_a_sync_toolkit_approves_nothing(box: Sandbox) -> None:
    async def approve(_: Approval) -> bool:
        return True

    toolkit = SegmentToolkit.sandbox(box, approve=approve)

    envelope = toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": "s1"})

    assert "AsyncSegmentToolkit" in str(envelope.error)
    assert box.requests == []


def test_an_approval_that_raises_approves_nothing(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=lambda _: 1 / 0)  # type: ignore[arg-type, return-value]

    envelope = toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": "s1"})

    assert envelope.failure is not None
    assert envelope.failure.code == "internal"
    assert box.requests == []


def test_reads_and_writes_are_not_asked_about(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=lambda _: False)

    envelope = toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {"sourceId": box.sources["shop-web"], "name": "X"})

    assert envelope.successful


@pytest.mark.parametrize("name", ["sourceId", "source_id", "source-id", "SOURCEID"])
def test_the_arguments_shown_are_those_that_will_run_however_they_were_spelt(box: Sandbox, name: str) -> None:
    asked: list[Any] = []
    toolkit = SegmentToolkit.sandbox(box, approve=lambda question: bool(asked.append(question.arguments)))

    envelope = toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {name: "src_1"}, user_id="u1")

    assert [dict(arguments) for arguments in asked] == [{"sourceId": "src_1"}]
    assert envelope.failure is not None
    assert envelope.failure.code == "refused"
    assert box.requests == []
