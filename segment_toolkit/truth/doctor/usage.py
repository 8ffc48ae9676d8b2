"""How much was used this month, against what the host says is allowed, and against the documented rate.

The Public API shows usage, but not what the workspace's plan allows: the host gives that.
Source: Public API reference, "Get Daily Workspace API Calls Usage" and "... MTU Usage" (cumulative, decimal strings),
"Get Events Volume from Workspace"; Segment documentation, "Rate Limits" (1,000 events a second a workspace).
What the members of an MTU snapshot add up to, identified and never identified, is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ...errors import ToolkitError
from ...tool import Request
from ..reading import PAGE, Reading, window
from .findings import Check, Status

MOST_EVENTS_A_SECOND = 1_000
#: From this share of a limit on it is worth a word (our choice).
NEAR = 0.8


class Allowance(NamedTuple):
    """What the workspace's plan allows in a month; None where the host did not say."""

    mtus: int | None = None
    api_calls: int | None = None


def usage_check(allowance: Allowance, now: datetime) -> Reading[Check]:
    """This month's usage and the busiest minute of the last four hours."""
    try:
        calls = yield from _last("/usage/api-calls/daily", "dailyWorkspaceAPICallsUsage", now)
        people = yield from _last("/usage/mtu/daily", "dailyWorkspaceMTUUsage", now)
    except ToolkitError as error:
        return Check("usage", "skipped", f"The usage could not be read: {error.message}", error.hint)
    used = {"API calls": (_number(calls, "apiCalls"), allowance.api_calls), "MTUs": (_mtus(people), allowance.mtus)}
    shares = {name: number / most for name, (number, most) in used.items() if most}
    busiest = yield from _busiest_minute(now)
    if busiest is not None:
        shares["events a second"] = busiest / 60 / MOST_EVENTS_A_SECOND
    figures = ", ".join(f"{number:,} {name}" for name, (number, _) in used.items())
    near = {name: share for name, share in shares.items() if share >= NEAR}
    if near:
        over: Status = "failed" if max(near.values()) >= 1 else "warning"
        words = ", ".join(f"{share:.0%} of the {name} allowed" for name, share in near.items())
        return Check("usage", over, f"This month {figures}: {words}.", "Send less, or ask for a larger plan.")
    said = (
        ""
        if allowance.mtus or allowance.api_calls
        else " What the plan allows no API shows: give it to have it compared."
    )
    return Check("usage", "ok", f"This month {figures}.{said}")


def _last(where: str, member: str, now: datetime) -> Reading[Mapping[str, Any]]:
    """The newest snapshot of the month: they are cumulative, one a day."""
    query = (("period", now.astimezone(UTC).strftime("%Y-%m-01")), ("pagination.count", str(PAGE)))
    response = yield Request("GET", where, query=query)
    return max(_objects(response.data.get(member)), key=lambda item: str(item.get("timestamp")), default={})


def _busiest_minute(now: datetime) -> Reading[int | None]:
    try:
        response = yield Request("GET", "/events/volume", query=window("MINUTE", now - timedelta(hours=4), now))
    except ToolkitError:
        return None
    points = [point for item in _objects(response.data.get("result")) for point in _objects(item.get("series"))]
    return max((point["count"] for point in points if isinstance(point.get("count"), int)), default=0)


def _objects(items: Any) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _mtus(snapshot: Mapping[str, Any]) -> int:
    return _number(snapshot, "identified") + _number(snapshot, "neverIdentified")


def _number(snapshot: Mapping[str, Any], name: str) -> int:
    text = str(snapshot.get(name, "0"))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
