"""`replay`: a recorded call once more, on a fresh local Segment in this process, with then and now side by side.

Only there: it is given no credentials and reads no SEGMENT_* variable, so no real account can be reached.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import InvalidParams
from .exits import SUCCESSFUL, UNSUCCESSFUL, CommandError
from .log_command import line_of, opened, tool_of
from .printing import columns, emit, paint, printable, say
from .replay_arguments import replayable

if TYPE_CHECKING:
    from ..observe.audit.reading import AuditReader

Entry = Mapping[str, Any]
_SAME = ("successful", "code", "status", "outcome_unknown")


def command(options: Namespace) -> int:
    try:
        then = _chosen(opened(options.file), options.id)
    except InvalidParams as error:  # a database of something else
        raise CommandError(error.text) from None
    now, changes = _run_again(then)
    same = all(then.get(name) == now.get(name) for name in _SAME)
    if options.json:
        emit({"then": then, "now": now, "changed_arguments": changes, "same": same}, compact=True)
    else:
        _show(then, now, changes, same=same)
    return SUCCESSFUL if same else UNSUCCESSFUL


def _chosen(reader: AuditReader, wanted: str) -> Entry:
    """The last entry, or the one whose id begins so. Raises CommandError."""
    found: dict[str, Entry] = {}
    for entry in reader.entries():
        if wanted == "last":
            found = {"last": entry}
        elif str(entry["id"]).startswith(wanted):
            found[str(entry["id"])] = entry
    if not found:
        raise CommandError("the log is empty" if wanted == "last" else "no entry has that id")
    if len(found) > 1:
        raise CommandError(f"{len(found)} entries have an id that begins so; give more of it")
    return next(iter(found.values()))


def _run_again(then: Entry) -> tuple[Entry, list[str]]:
    """The entry of the call as it goes now, and what of its arguments is not as it was. Raises CommandError."""
    from ..approvals import approve_everything
    from ..observe.audit.entry import entry_of
    from ..sandbox import Sandbox
    from ..toolkit import SegmentToolkit

    box = Sandbox(region="eu" if then.get("region") == "eu" else "us")
    _refuse_others(then)
    arguments, changes = replayable(then, box)
    entries: list[Entry] = []
    options: dict[str, Any] = {
        "approve": _refusal if then.get("code") == "refused" else approve_everything,
        "preview": then.get("preview") is True,
        "observers": [lambda record: entries.append(entry_of(record, "redacted"))],
    }
    with SegmentToolkit.sandbox(box, **options) as toolkit:
        slug = str(then.get("tool") or then.get("called"))
        toolkit.tools.execute(slug, arguments, user_id=then.get("user_id"))
    return entries[0], changes


def _refuse_others(then: Entry) -> None:
    from ..registry import Registry

    slug = then.get("tool")
    if slug and slug not in Registry().slugs():
        raise CommandError("that is a tool of the host's own, which is not here")


def _refusal(_: object) -> bool:
    """As it was decided then: the sandbox itself would approve everything."""
    return False


def _show(then: Entry, now: Entry, changes: list[str], *, same: bool) -> None:
    say(line_of(then))
    for change in changes:
        say(printable(f"changed  {change}"))
    say()
    rows = [("", "then", "now"), *((name, _word(then, name), _word(now, name)) for name in _shown(then, now))]
    say(printable("\n".join(columns(rows))))
    for when, entry in (("then", then), ("now", now)):
        if entry.get("error"):
            say(printable(f"error {when}: {entry['error']}"))
    word = paint("the same outcome", "successful") if same else paint("another outcome", "failed")
    say(f"\n{tool_of(now)} on the sandbox: {word}")


def _shown(then: Entry, now: Entry) -> Iterator[str]:
    for name in ("outcome", "status", "outcome_unknown", "attempts", "latency_ms", "message_ids", "fingerprint"):
        if name == "outcome" or then.get(name) not in (None, [], False) or now.get(name) not in (None, [], False):
            yield name


def _word(entry: Entry, name: str) -> str:
    if name == "outcome":
        return str(entry.get("code") or "successful")
    value = entry.get(name)
    if isinstance(value, list):
        return str(len(value))
    return "-" if value is None else str(value)
