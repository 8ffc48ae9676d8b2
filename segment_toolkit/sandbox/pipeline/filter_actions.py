"""The actions of a destination filter, as the Public API takes and stores them.

Which members an action of a type must have is assumed from what it does; the reference requires `type` alone.
Members that its type has no use for are let through (assumed).

Source: Segment Public API reference, "Create Filter for Destination".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from segment_toolkit.sandbox.wire import Json

TYPES = ("ALLOW_PROPERTIES", "DROP", "DROP_PROPERTIES", "SAMPLE")
_ON_PROPERTIES = ("ALLOW_PROPERTIES", "DROP_PROPERTIES")


@dataclass(frozen=True)
class Action:
    """What a filter does to an event that its condition holds for.

    `fields` maps the dotted path of an object ("" is the event itself) to names in it; `percent` is the share to
    keep, 0 to 1; `path` is the field that decides who is kept, "" for chance.
    """

    type: str
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    percent: float = 1.0
    path: str = ""


def read_action(action: Json) -> Action:
    """Make a value of an action that `check_actions` has passed."""
    fields = {path: tuple(names) for path, names in (action.get("fields") or {}).items()}
    percent = action.get("percent")
    return Action(action["type"], fields, 1.0 if percent is None else percent, action.get("path") or "")


def check_actions(actions: object) -> str | None:
    """Say what is wrong with the `actions` of a filter, or None when nothing is."""
    if not isinstance(actions, list):
        return "actions must be a list"
    problems = ((index, _problem(action)) for index, action in enumerate(actions))
    return next((f"actions[{index}]{problem}" for index, problem in problems if problem), None)


def _problem(action: Any) -> str | None:
    if not isinstance(action, dict):
        return " must be an object"
    type_ = action.get("type")
    if not isinstance(type_, str) or type_ not in TYPES:
        return f".type must be one of {', '.join(TYPES)}"
    return _fields_problem(action, type_) or _percent_problem(action, type_) or _path_problem(action)


def _fields_problem(action: Json, type_: str) -> str | None:
    fields = action.get("fields")
    if fields is None:
        return f".fields is required for {type_}" if type_ in _ON_PROPERTIES else None
    if not isinstance(fields, dict):
        return ".fields must be an object"
    if not all(isinstance(names, list) and all(isinstance(name, str) for name in names) for names in fields.values()):
        return ".fields must map each path to a list of strings"
    return None


def _percent_problem(action: Json, type_: str) -> str | None:
    percent = action.get("percent")
    if percent is None:
        return ".percent is required for SAMPLE" if type_ == "SAMPLE" else None
    is_share = isinstance(percent, int | float) and not isinstance(percent, bool) and 0 <= percent <= 1
    return None if is_share else ".percent must be a number from 0 to 1"


def _path_problem(action: Json) -> str | None:
    return None if isinstance(action.get("path"), str | None) else ".path must be a string"
