"""Cases for the comparison with Segment's own FQL, made at random: each kind the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

_STRINGS = ["event", "type", "userId", "context.library.version", "properties.email", "properties.empty"]
_NUMBERS = ["properties.price", "properties.count", "properties.zero"]
_OTHERS = ["properties.on", "properties.off", "properties.nothing", "properties.features", "properties.object"]
_MISSING = ["missing", "properties.missing.too", "event.none", "properties.nothing.x"]
_LITERALS = ["'track'", '"Button Clicked"', "'u-1'", "''", "0", "3", "19.5", "-1", "true", "false"]


def generated_conditions(count: int, seed: int) -> Iterator[str]:
    """Conditions from a grammar that leaves out what is known to differ; the same for the same seed."""
    rng = random.Random(seed)
    paths = _STRINGS + _NUMBERS + _OTHERS

    def comparison() -> str:
        operator = rng.choice(["=", "!=", "<", "<=", ">", ">="])
        left = rng.choice([*paths, *paths, *_MISSING])
        right = rng.choice([*_LITERALS, *([] if left in _MISSING else ["null", *paths])])
        sides = [left, right] if rng.random() < 0.7 else [right, left]
        return f"{sides[0]} {operator} {sides[1]}"

    def atom() -> str:
        some = rng.choice(paths)
        atoms: list[Callable[[], str]] = [
            comparison, comparison,
            lambda: rng.choice(paths + _MISSING + ["true", "false"]),
            lambda: f"{rng.choice(paths + _MISSING)} in [{', '.join(rng.sample(_LITERALS + _STRINGS, 3))}]",
            lambda: f"length({some}) {rng.choice(['=', '<', '>', '!='])} {rng.randrange(4)}",
            lambda: f"lowercase({some}) {rng.choice(['=', '!='])} {rng.choice([some, *_LITERALS])}",
            lambda: f"contains({rng.choice(paths + _MISSING)}, {rng.choice([some, *_LITERALS])})",
            lambda: f"match({some}, '{rng.choice(['*', '?*', '*[a-z]', 'Button *', '[^t]*', '1.*', ''])}')",
        ]  # fmt: skip
        return rng.choice(atoms)()

    def condition(depth: int) -> str:
        kind = rng.random()
        if depth == 0 or kind < 0.3:
            return atom()
        if kind < 0.45:
            return f"!({condition(depth - 1)})"
        if kind < 0.6:
            return f"({condition(depth - 1)})"
        return f" {rng.choice(['and', 'or'])} ".join(condition(depth - 1) for _ in range(rng.randrange(2, 4)))

    for _ in range(count):
        yield condition(4)


def generated_globs(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Patterns, many of them malformed, with a text each."""
    rng = random.Random(seed)
    pieces = ["a", "b", "c", "/", "*", "*", "?", "[ab]", "[^a]", "[a-c]", "[c-a]", "[^", "\\*", *"[]-^\\"]
    for _ in range(count):
        pattern = "".join(rng.choice(pieces) for _ in range(rng.randrange(7)))
        yield pattern, "".join(rng.choice("aabbc/*]-^[\\") for _ in range(rng.randrange(7)))


def generated_filters(count: int, seed: int) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Lists of actions, each with an event; the same for the same seed."""
    rng = random.Random(seed)
    names = ["a", "b", "c", "d e"]

    def value(depth: int) -> Any:
        kind = rng.random()
        if depth and kind < 0.5:
            return {name: value(depth - 1) for name in rng.sample(names, rng.randrange(4))}
        if depth and kind < 0.7:
            # No lists in lists, which are known to differ.
            return [element for element in (value(depth - 1) for _ in range(3)) if not isinstance(element, list)]
        return rng.choice([None, True, 0, 1.5, "", "x"])

    def action() -> dict[str, Any]:
        type_ = rng.choice(["DROP", *["DROP_PROPERTIES", "ALLOW_PROPERTIES", "SAMPLE"] * 4])
        if type_ == "DROP":
            return {"type": type_}
        if type_ == "SAMPLE":
            return {"type": type_, "percent": rng.choice([0, 1, 1, 1]), "path": rng.choice(["", "a"])}
        paths = {".".join(rng.choice(names) for _ in range(rng.randrange(4))) for _ in range(rng.randrange(1, 3))}
        return {"type": type_, "fields": {path: rng.sample(names, rng.randrange(4)) for path in sorted(paths)}}

    for _ in range(count):
        yield [action() for _ in range(rng.randrange(1, 4))], {name: value(4) for name in names}
