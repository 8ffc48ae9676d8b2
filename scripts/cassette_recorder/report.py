"""The table in `cassettes/README.md`: which cassette was recorded against what."""

from __future__ import annotations

from pathlib import Path

from .tape import story

_START, _END = "<!-- recorded: scripts/record-cassettes writes this table -->", "<!-- /recorded -->"


def table(folder: Path) -> str:
    """The table of the cassettes in a folder, made from what they say of themselves."""
    rows = ["| tool | cassettes | recorded against |", "| --- | --- | --- |"]
    origins: dict[tuple[str, str], list[str]] = {}
    for path in sorted(folder.glob("*/*.yaml")):
        origins.setdefault((path.parent.name, story(path).against), []).append(path.stem)
    rows += [f"| `{tool}` | {', '.join(names)} | {against} |" for (tool, against), names in origins.items()]
    return "\n".join(rows)


def with_table(readme: str, table: str) -> str:
    """The page with its table replaced. Raises ValueError when it has no place for one."""
    before, _, rest = readme.partition(_START)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"no {_START} ... {_END}")
    return f"{before}{_START}\n{table}\n{_END}{after}"
