"""From a parsed document to the tool's typed arguments, or to every problem it has, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..encoding import member_path, unsendable
from ..errors import InvalidArguments, Problem
from ..names import did_you_mean
from .repair import repair
from .toolcall import json_type

if TYPE_CHECKING:
    from ..tool import A, Tool

Schema = Mapping[str, Any]

#: Members of an object that are named where one is expected.
_MOST_NAMED = 6
#: Finding the nearest name is slow, and nobody reads more guesses than this.
MOST_GUESSES = 20


def validate(tool: Tool[A], document: dict[str, Any]) -> tuple[A, list[str]]:
    """The typed arguments, and a note for each spelling that was set right. Raises InvalidArguments.

    A document that is right costs one pass; only a wrong one is repaired, checked again and explained.
    """
    try:
        arguments, notes = tool.arguments.model_validate(document), list[str]()
        problems = list(tool.rules(document))
        if not problems:
            return arguments, notes
    except ValidationError:
        problems = []
    repaired, notes = repair(document, tool.input_schema)
    if problems and not notes:
        raise _refused(tool, document, problems)
    return _checked(tool, repaired), notes


def _checked(tool: Tool[A], document: dict[str, Any]) -> A:
    arguments, shape = _shaped(tool, document)
    # A rule says more than the shape does about the same place, so rules come first.
    problems = [*tool.rules(document), *shape]
    if arguments is None or problems:
        raise _refused(tool, document, problems)
    return arguments


def _shaped(tool: Tool[A], document: dict[str, Any]) -> tuple[A | None, list[Problem]]:
    try:
        return tool.arguments.model_validate(document), []
    except ValidationError as error:
        found = error.errors(include_url=False)
        return None, [_problem(e, tool.input_schema, guess=n < MOST_GUESSES) for n, e in enumerate(found)]


def _refused(tool: Tool[Any], document: dict[str, Any], problems: Iterable[Problem]) -> InvalidArguments:
    problems = _unique([*problems, *unsendable(document)])
    return InvalidArguments(problems, data=tool.refusal_data(document, problems))


def _unique(problems: Iterable[Problem]) -> list[Problem]:
    """The first problem of each place: a second one about the same value is noise."""
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(problem.path or problem.text, problem)
    return list(found.values())


def _problem(error: Mapping[str, Any], schema: Schema, *, guess: bool) -> Problem:
    """A pydantic error in our words. pydantic's own text may quote the value, so only its type is used."""
    location: tuple[str | int, ...] = error["loc"]
    if location and location[-1] == "[key]":
        return Problem(_walk(schema, location[:-2])[1], "has a key that is not a string; expected an object")
    node, path = _walk(schema, location)
    kind = error["type"]
    if kind == "extra_forbidden":
        known = _walk(schema, location[:-1])[0].get("properties", ())
        near = did_you_mean(str(location[-1]), known, 1) if guess else ""
        return Problem(path, "unknown argument" + (near or f"; known here: {', '.join(known)}"))
    if kind == "missing":
        return Problem(path, f"is required; expected {_expected(node)}")
    return Problem(path, f"expected {_expected(node)}, got {json_type(error.get('input'))}")


def _walk(schema: Schema, location: Iterable[str | int]) -> tuple[Schema, str]:
    """The schema node at a pydantic location, and the location as a path: `batch[3].userId`."""
    node, path = schema, ""
    for step in location:
        if isinstance(step, int):
            node, path = node.get("items", {}), f"{path}[{step}]"
        else:
            node, path = node.get("properties", {}).get(step, {}), member_path(path, step)
    return node, path


def _expected(node: Schema) -> str:
    if "enum" in node:
        return "one of " + ", ".join(node["enum"])
    kind = node.get("type")
    if not isinstance(kind, str):
        return "another JSON value"
    limits = [f"{word} {node[key]}" for key, word in _LIMITS.items() if key in node]
    article = "an" if kind[0] in "aio" else "a"
    names = node.get("required") or list(node.get("properties", ()))[:_MOST_NAMED]
    members = f" with {', '.join(map(str, names))}" if kind == "object" and names else ""
    return f"{article} {kind}{members}" + (f" of {' and '.join(limits)}" if limits else "")


_LIMITS = {
    "minimum": "at least",
    "maximum": "at most",
    "minItems": "at least this many items:",
    "maxItems": "at most this many items:",
}
