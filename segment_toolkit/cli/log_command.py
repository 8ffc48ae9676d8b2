"""`log`: the calls in an audit log, one a line, or the check of its chain."""

from __future__ import annotations

import time
from argparse import Namespace
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import InvalidParams
from ..observe.audit.reading import AuditReader
from .exits import SUCCESSFUL, UNSUCCESSFUL, CommandError
from .printing import emit, paint, printable, remark, say
from .slugs import PREFIX

Entry = Mapping[str, Any]
_LONGEST_ERROR = 100


def command(options: Namespace) -> int:
    reader = opened(options.file)
    try:
        if options.verify:
            return _verify(reader, options)
        if options.head:
            raise CommandError("--head goes with --verify")
        show = _shower(as_json=options.json)
        return _follow(reader, options, show) if options.follow else _list(reader, options, show)
    except InvalidParams as error:  # a database of something else
        raise CommandError(error.text) from None


def opened(file: str) -> AuditReader:
    """Raises CommandError."""
    try:
        return AuditReader(file)
    except InvalidParams as error:
        raise CommandError(error.text) from None


def line_of(entry: Entry) -> str:
    """`5f0c… 2025-03-01 12:00:00.000Z SEGMENT_TRACK for u1: successful, 12 ms, 1 attempt`."""
    user = f" for {entry['user_id']}" if entry.get("user_id") else ""
    attempts = len(entry.get("attempts") or ())
    tries = f", {attempts} attempt{'s' if attempts != 1 else ''}" if attempts else ""
    unknown = ", outcome unknown" if entry.get("outcome_unknown") else ""
    error = f": {str(entry['error'])[:_LONGEST_ERROR]}" if entry.get("error") else ""
    moment = str(entry.get("time", "")).replace("T", " ")
    outcome = entry.get("code") or "successful"
    took = round(entry.get("latency_ms") or 0, 1)
    text = f"{entry['id']}  {moment}  {tool_of(entry)}{user}  {outcome}{unknown}, {took:g} ms{tries}{error}"
    return printable(" ".join(text.split("\n")))


def tool_of(entry: Entry) -> str:
    """The tool; of a call of none, the name that was called."""
    return str(entry.get("tool") or f"{entry.get('called') or '?'} (no such tool)")


def _list(reader: AuditReader, options: Namespace, show: Callable[[Entry], None]) -> int:
    # Of a log of millions, no more than is asked for is kept.
    for entry in deque(_matching(reader.entries(), options), options.limit):
        show(entry)
    if reader.unreadable:
        remark(f"{reader.unreadable} unreadable line{'s' if reader.unreadable > 1 else ''} left out")
    return SUCCESSFUL


def _follow(reader: AuditReader, options: Namespace, show: Callable[[Entry], None]) -> int:
    import sys

    waiting: deque[Entry] | None = deque(maxlen=options.limit)
    for entry in reader.follow():
        if entry is None:
            for found in waiting or ():
                show(found)
            waiting = None  # the old ones are shown: from now on each as it comes
            sys.stdout.flush()
            time.sleep(0.2)
        elif _matches(entry, options):
            show(entry) if waiting is None else waiting.append(entry)
    return SUCCESSFUL


def _matching(entries: Iterator[Entry], options: Namespace) -> Iterator[Entry]:
    return (entry for entry in entries if _matches(entry, options))


def _matches(entry: Entry, options: Namespace) -> bool:
    if options.tool and _short(str(entry.get("tool") or entry.get("called"))) != _short(options.tool):
        return False
    if options.user and entry.get("user_id") != options.user:
        return False
    if options.failed and entry.get("successful"):
        return False
    return not options.since or str(entry.get("time", "")) >= options.since


def _short(tool: str) -> str:
    """Not only tools that there are: a log may be older, or hold tools of the host's own."""
    return tool.strip().upper().replace("-", "_").removeprefix(PREFIX)


def _shower(*, as_json: bool) -> Callable[[Entry], None]:
    if as_json:
        return lambda entry: emit(entry, compact=True)
    return lambda entry: say(paint(line_of(entry), "failed") if not entry.get("successful") else line_of(entry))


def _verify(reader: AuditReader, options: Namespace) -> int:
    verdict = reader.verdict()
    breaks = list(verdict.breaks)
    if options.head and options.head.strip().lower() != verdict.head:
        breaks.append("the last entry has another digest than --head: entries were changed or cut off")
    if options.json:
        emit({**verdict._asdict(), "breaks": breaks, "holds": not breaks}, compact=True)
    else:
        for found in breaks:
            say(found)
        if verdict.continues:
            say(f"the first entry follows one in another file, whose digest is {verdict.continues}")
        word = paint("holds", "successful") if not breaks else paint("does not hold", "failed")
        say(f"the chain of {verdict.entries} entries {word}; the digest of the last is {verdict.head}")
    return UNSUCCESSFUL if breaks else SUCCESSFUL
