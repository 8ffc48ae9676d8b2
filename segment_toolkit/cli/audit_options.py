"""The options of `log` and `replay`, the commands that read an audit log."""

from __future__ import annotations

import argparse
from typing import Any


def add_audit(commands: Any, json_option: argparse.ArgumentParser, parser_class: type[argparse.ArgumentParser]) -> None:
    """Add the commands to the others."""
    file = parser_class(add_help=False)
    file.add_argument("file", metavar="FILE", help="an audit log: .jsonl, .db or .sqlite")
    parents = [json_option, file]
    log = commands.add_parser("log", parents=parents, allow_abbrev=False, help="read an audit log of tool calls")
    log.set_defaults(module="log_command")
    add = log.add_argument
    add("--tool", metavar="SLUG", help="only this tool, such as SEGMENT_TRACK, or track")
    add("--user", metavar="ID", help="only calls for this user of yours")
    add("--failed", action="store_true", help="only calls that failed")
    add("--since", metavar="TIME", type=_since, help="an ISO 8601 time, or how long ago: 90s, 15m, 2h, 3d")
    add("--limit", type=_count, metavar="N", help="only the last N that match")
    add("--follow", action="store_true", help="go on as calls are added, until Ctrl+C")
    add("--verify", action="store_true", help="follow the chain of digests instead; exit code 1 when it does not hold")
    add("--head", metavar="DIGEST", help="with --verify: the last entry must have this digest")
    replay = commands.add_parser(
        "replay", parents=parents, allow_abbrev=False, help="run a call of an audit log again, on a fresh local Segment"
    )
    replay.set_defaults(module="replay_command")
    replay.add_argument(
        "id", metavar="ID", nargs="?", default="last", help="as `log` shows it; the last one by default"
    )


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) < 10**8:
        raise argparse.ArgumentTypeError("must be a number from 1")
    return int(text)


def _since(text: str) -> str:
    """The instant in UTC, in the form of an entry's `time`, so that the two compare as texts."""
    from datetime import UTC, datetime, timedelta

    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    number, unit = text[:-1], text[-1:]
    try:
        if unit in units and number.isascii() and number.isdigit():
            moment = datetime.now(UTC) - timedelta(**{units[unit]: int(number[:9])})
        else:
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("must be an ISO 8601 time, or 90s, 15m, 2h or 3d") from None
