"""What a framework's user approved runs, and nothing else: neither the model's word nor a missing answer."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.definitions.definition import ToolDefinition
from segment_toolkit.providers import AgenticProvider, Runner
from segment_toolkit.sandbox import Sandbox

DELETE = "SEGMENT_DELETE_SOURCE"


class Bare(AgenticProvider):
    """Hands over the runner itself."""

    name = "bare"

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Runner:
        del tool
        return runner


def runner_on(box: Sandbox, **options: Any) -> Runner:
    return SegmentToolkit.sandbox(box, provider=Bare(), **options).tools.get(tools=[DELETE])[0]


def test_a_call_approved_in_the_framework_runs(box: Sandbox) -> None:
    envelope = runner_on(box, approve=None).run(DELETE, {"sourceId": box.sources["old-backoffice"]}, approved=True)

    assert envelope.successful


@pytest.mark.parametrize("approved", [False, None, "yes", 1])
def test_what_is_not_approved_with_true_is_refused(box: Sandbox, approved: Any) -> None:
    envelope = runner_on(box, approve=None).run(DELETE, {"sourceId": box.sources["old-backoffice"]}, approved=approved)

    assert envelope.failure
    assert envelope.failure.code == "refused"


def test_the_hosts_own_approve_is_asked_all_the_same(box: Sandbox) -> None:
    envelope = runner_on(box, approve=lambda _: False).run(
        DELETE, {"sourceId": box.sources["old-backoffice"]}, approved=True
    )

    assert envelope.failure
    assert envelope.failure.code == "refused"


def test_the_model_cannot_approve_in_its_arguments(box: Sandbox) -> None:
    arguments = {"sourceId": box.sources["old-backoffice"], "approved": True}

    assert not runner_on(box, approve=None).run(DELETE, arguments).successful


def test_a_source_in_use_takes_more_than_the_frameworks_approval(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, provider=Bare(), approve=None)
    runner, call = toolkit.tools.get(tools=[DELETE])[0], {"sourceId": box.sources["shop-web"]}

    refused = runner.run(DELETE, call, approved=True)
    toolkit.approvals.grant(refused.approval.token, override=True)
    overridden = runner.run(DELETE, call, approved=True)

    assert "override" in refused.error
    assert overridden.successful
