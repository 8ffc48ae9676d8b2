"""Lets an LLM agent work with Twilio Segment: tools, and a checked and truthful answer to every call.

    from segment_toolkit import SegmentToolkit

    toolkit = SegmentToolkit.sandbox()
    tools = toolkit.tools.get(user_id="u1", toolkits=["SEGMENT"])
    envelope = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "Signed Up"}, user_id="u1")

Names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .agent import AgentRun, arun_agent, run_agent
    from .approvals import Approval, Approvals, Override, PendingApproval, approve_everything
    from .composio import composio_tools
    from .envelope import Envelope, Failure
    from .errors import ToolkitError
    from .modifiers import after_execute, before_execute, schema_modifier
    from .policy import Cap, PiiGuard, Policy
    from .providers.openai import OpenAIProvider
    from .reliability.options import Reliability
    from .toolkit import AsyncSegmentToolkit, SegmentToolkit
    from .toolkit import SegmentToolkit as Composio
    from .types import auth_scheme

_HOMES = {
    "AgentRun": "agent",
    "Approval": "approvals",
    "Approvals": "approvals",
    "AsyncSegmentToolkit": "toolkit",
    "Cap": "policy",
    "Composio": "toolkit",
    "Envelope": "envelope",
    "Failure": "envelope",
    "OpenAIProvider": "providers.openai",
    "Override": "approvals",
    "PendingApproval": "approvals",
    "PiiGuard": "policy",
    "Policy": "policy",
    "Reliability": "reliability.options",
    "SegmentToolkit": "toolkit",
    "ToolkitError": "errors",
    "after_execute": "modifiers",
    "approve_everything": "approvals",
    "arun_agent": "agent",
    "auth_scheme": "types",
    "before_execute": "modifiers",
    "composio_tools": "composio",
    "run_agent": "agent",
    "schema_modifier": "modifiers",
}

__all__ = [
    "AgentRun",
    "Approval",
    "Approvals",
    "AsyncSegmentToolkit",
    "Cap",
    "Composio",
    "Envelope",
    "Failure",
    "OpenAIProvider",
    "Override",
    "PendingApproval",
    "PiiGuard",
    "Policy",
    "Reliability",
    "SegmentToolkit",
    "ToolkitError",
    "__version__",
    "after_execute",
    "approve_everything",
    "arun_agent",
    "auth_scheme",
    "before_execute",
    "composio_tools",
    "run_agent",
    "schema_modifier",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = import_module(f".{_HOMES[name]}", __name__)
    return getattr(home, "SegmentToolkit" if name == "Composio" else name)


def __dir__() -> list[str]:
    return __all__
