"""What a host can see of its calls: log records, OpenTelemetry, an audit log, counts, and functions of its own.

    from segment_toolkit import SegmentToolkit
    from segment_toolkit.observe import AuditLog

    toolkit = SegmentToolkit.sandbox(audit=AuditLog("calls.jsonl", chain=True), observers=[print])

`watch` is told of every call by the dispatcher; `record` is what it tells the others when the call is over. Nothing
here sends anything anywhere: spans and metrics go to the OpenTelemetry SDK that the host has set up, or nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .audit import AuditLog
    from .otel import OpenTelemetry
    from .record import CallRecord, pseudonym
    from .stats import Stats, ToolStats

_HOMES = {
    "AuditLog": "audit",
    "CallRecord": "record",
    "OpenTelemetry": "otel",
    "Stats": "stats",
    "ToolStats": "stats",
    "pseudonym": "record",
}

__all__ = ["AuditLog", "CallRecord", "OpenTelemetry", "Stats", "ToolStats", "pseudonym"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
