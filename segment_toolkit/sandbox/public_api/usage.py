"""Daily API-call usage, per source and for the workspace.

Counts are decimal strings and cumulative within the month that starts at `period`.
Source: Public API reference, "Get Daily Per Source API Calls Usage", "Get Daily Workspace API Calls Usage".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


def per_source_usage(workspace: Workspace, call: Call) -> Json:
    """GET /usage/api-calls/sources/daily: one entry a day and source, in that order (assumed)."""
    rows = workspace.store.ledger.api_calls(workspace.id, period(call))
    entries = [{"sourceId": source_id, **_snapshot(day, calls)} for day, source_id, calls in _cumulative(rows)]
    return page(call, "dailyPerSourceAPICallsUsage", entries)


def workspace_usage(workspace: Workspace, call: Call) -> Json:
    """GET /usage/api-calls/daily: one entry a day."""
    total: Counter[str] = Counter()
    for day, _, calls in workspace.store.ledger.api_calls(workspace.id, period(call)):
        total[day] += calls
    entries = [_snapshot(day, calls) for day, _, calls in _cumulative([(day, "", n) for day, n in total.items()])]
    return page(call, "dailyWorkspaceAPICallsUsage", entries)


def _cumulative(rows: Iterable[tuple[str, str, int]]) -> Iterator[tuple[str, str, int]]:
    running: Counter[str] = Counter()
    for day, source_id, calls in rows:
        running[source_id] += calls
        yield day, source_id, running[source_id]


def _snapshot(day: str, calls: int) -> Json:
    return {"apiCalls": str(calls), "timestamp": f"{day}T00:00:00.000Z"}


def period(call: Call) -> date:
    """Read the first day of the month that is asked for."""
    text = call.argument("period")
    if not text:
        raise invalid("'period' is required.", field="period")
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-01", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise invalid("'period' must be the first day of a month, YYYY-MM-DD.", field="period") from None


OPERATIONS = (
    Operation("GET", "/usage/api-calls/sources/daily", per_source_usage),
    Operation("GET", "/usage/api-calls/daily", workspace_usage),
)
