"""Daily API-call usage, per source and for the workspace.

Counts are decimal strings and cumulative within the month that starts at `period`.
Source: Public API reference, "Get Daily Per Source API Calls Usage", "Get Daily Workspace API Calls Usage".
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.state import UsageCount, Workspace
from segment_toolkit.sandbox.wire import Json


def per_source_usage(workspace: Workspace, call: Call) -> Json:
    """GET /usage/api-calls/sources/daily: one entry a day and source, in that order (assumed)."""
    rows = _cumulative(workspace.usage, _period(call))
    entries = [{"sourceId": key.source_id, **_snapshot(key.day, calls)} for key, calls in rows]
    return page(call, "dailyPerSourceAPICallsUsage", entries)


def workspace_usage(workspace: Workspace, call: Call) -> Json:
    """GET /usage/api-calls/daily: one entry a day."""
    total: Counter[UsageCount] = Counter()
    for key, calls in workspace.usage.items():
        total[UsageCount("", key.day)] += calls
    entries = [_snapshot(key.day, calls) for key, calls in _cumulative(total, _period(call))]
    return page(call, "dailyWorkspaceAPICallsUsage", entries)


def _cumulative(usage: Counter[UsageCount], month: date) -> list[tuple[UsageCount, int]]:
    running: Counter[str] = Counter()
    rows = []
    for key in sorted(usage, key=lambda key: (key.day, key.source_id)):
        if (key.day.year, key.day.month) == (month.year, month.month):
            running[key.source_id] += usage[key]
            rows.append((key, running[key.source_id]))
    return rows


def _snapshot(day: date, calls: int) -> Json:
    return {"apiCalls": str(calls), "timestamp": f"{day.isoformat()}T00:00:00.000Z"}


def _period(call: Call) -> date:
    text = call.argument("period")
    if not text:
        raise invalid("'period' is required.", field="period")
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-01", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise invalid("'period' must be the first day of a month, YYYY-MM-DD.", field="period") from None
