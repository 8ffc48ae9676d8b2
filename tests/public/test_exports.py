"""The public names, and what importing them may load."""

from __future__ import annotations

import importlib
import subprocess
import sys
from types import FunctionType

import pytest

import segment_toolkit
from segment_toolkit import exceptions


def test_the_public_names_are_these() -> None:
    assert set(segment_toolkit.__all__) == {
        "AgentRun", "Approval", "Approvals", "AsyncSegmentToolkit", "Cap", "Composio", "Envelope", "Failure",
        "OpenAIProvider", "Override", "PendingApproval", "PiiGuard", "Policy", "Reliability", "SegmentToolkit",
        "ToolkitError", "__version__", "after_execute", "approve_everything", "arun_agent", "auth_scheme",
        "before_execute", "composio_tools", "run_agent", "schema_modifier",
    }  # fmt: skip
    for name in segment_toolkit.__all__:
        assert getattr(segment_toolkit, name) is not None


def test_composio_is_an_alias() -> None:
    assert segment_toolkit.Composio is segment_toolkit.SegmentToolkit


def test_composios_exceptions_are_caught_by_their_names() -> None:
    toolkit = segment_toolkit.SegmentToolkit(environ={})

    for name in (
        "ComposioError", "NotFoundError", "ToolNotFoundError", "ApiKeyNotProvidedError", "ValidationError",
        "InvalidParams", "InvalidModifier", "ConnectedAccountNotFoundError", "ToolVersionRequiredError",
        "ComposioMultipleConnectedAccountsError", "ComposioSDKTimeoutError",
    ):  # fmt: skip
        assert issubclass(getattr(exceptions, name), exceptions.ComposioError)
    with pytest.raises(exceptions.ToolNotFoundError, match="SEGMENT_"):
        toolkit.tools.get("u", tools=["SEGMENT_NOPE"])


def test_listing_loads_no_client_no_model_and_no_sandbox() -> None:
    code = (
        "import sys; from segment_toolkit import SegmentToolkit; "
        "assert len(SegmentToolkit(environ={}).tools.get(user_id='u', toolkits=['SEGMENT'])) >= 17; "
        "print([m for m in ('pydantic', 'httpx', 'jsonschema', 'openai', 'starlette', 'asyncio', 'segment_tools', "
        "'segment_toolkit.sandbox', 'sqlite3', 'logging', 'dataclasses') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "module",
    ["", ".accounts", ".agent", ".approvals", ".exceptions", ".mcp", ".observe", ".policy", ".providers", ".sandbox"],
)
def test_what_is_exported_says_what_it_is(module: str) -> None:
    found = importlib.import_module(f"segment_toolkit{module}")

    exported = {name: getattr(found, name) for name in found.__all__}

    assert [name for name, thing in exported.items() if _is_ours(thing) and not _own_docstring(thing)] == []


def _own_docstring(exported: object) -> str | None:
    """Of a class its own, which it could also have from its base."""
    return vars(exported).get("__doc__") if isinstance(exported, type) else exported.__doc__


def _is_ours(exported: object) -> bool:
    """A class, a function or a decorator of the toolkit; not a constant or the name of a type."""
    return type(exported).__module__.startswith("segment_toolkit") or isinstance(exported, type | FunctionType)
