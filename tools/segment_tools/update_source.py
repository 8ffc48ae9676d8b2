"""SEGMENT_UPDATE_SOURCE: change a source's name, slug, state or settings.

Sends    PATCH /sources/{sourceId} (Public API)
Returns  {"source": {...}}, its write keys masked
Fails    404 resource not found; 422 validation failure; 429
Source   Segment Public API reference, "Update Source". Whether `settings` merges or replaces is not documented.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from segment_toolkit.encoding import encode, member_path
from segment_toolkit.errors import Problem
from segment_toolkit.tool import (
    Api,
    Arguments,
    Effect,
    Flow,
    Impact,
    ReadBack,
    Request,
    Response,
    Result,
    Tool,
    Verdict,
    marked,
)

from ._impact import OF_SOURCE, changes
from ._public import Source, holding, id_problems, path, source_now

CHANGES = ("name", "enabled", "slug", "settings")


class UpdateSource(Arguments):
    source_id: str = Field(description="From the source's settings")
    name: Annotated[str | None, Field(description="New name")] = None
    enabled: Annotated[bool | None, Field(description="false drops events")] = None
    slug: Annotated[str | None, Field(description="e.g. web-prod")] = None
    settings: Annotated[dict[str, Any] | None, Field(description="e.g. websiteUrl")] = None


class Updated(Result):
    source: Source = Field(description="The source after the change.")


def rules(document: Mapping[str, Any]) -> Iterator[Problem]:
    yield from id_problems(document, "sourceId")
    if all(document.get(name) is None for name in CHANGES):
        yield Problem("", f"there is nothing to change; expected at least one of {', '.join(CHANGES)}")
    for name in ("name", "slug"):
        value = document.get(name)
        if isinstance(value, str) and not value.strip():
            yield Problem(name, "is blank; expected some text, or leave it out")


def impact(args: UpdateSource) -> Generator[Request, Response, Impact]:
    return changes(args.source_id, {name: value for name, value in args.wire().items() if name in CHANGES})


def verify(args: UpdateSource) -> ReadBack:
    """Read the source back. Of `settings` the given ones count: whether they replace the others is not documented."""
    wanted = args.wire()
    source = yield from source_now(args.source_id)
    settings = source.get("settings") or {}
    wrong: list[str] = [
        name for name in ("name", "enabled", "slug") if name in wanted and source.get(name) != wanted[name]
    ]
    wrong += [
        member_path("settings", name)
        for name, value in wanted.get("settings", {}).items()
        if name not in settings or settings[name] != value
    ]
    if wrong:
        return Verdict("contradicted", f"the source has another {' and '.join(wrong)} than was asked for")
    return Verdict("verified", "the source reads as asked", {"source": source})


def run(args: UpdateSource) -> Flow:
    wanted = args.wire()
    # Repeatable: it sets values, so twice is once, whether Segment merges `settings` or replaces them.
    response = yield Request("PATCH", path("sources", wanted.pop("sourceId")), body=encode(wanted), repeatable=True)
    return marked(holding(response, "source", dict))


TOOL = Tool(
    slug="SEGMENT_UPDATE_SOURCE",
    title="Update Source",
    toolset="sources",
    description=("Rename, pause, resume or configure a source. For labels use SEGMENT_ADD_LABELS_TO_SOURCE."),
    example={"sourceId": "nR7kq2Zt4WmX9bVc1sLd8P", "name": "Shop website"},
    effect=Effect.WRITE,
    api=Api.PUBLIC,
    arguments=UpdateSource,
    result=Updated,
    run=run,
    rules=rules,
    verify=verify,
    idempotent=True,
    impact=impact,
    undo="Update it again with the values it has now.",
    scope=OF_SOURCE,
)
