"""SEGMENT_DELETE_SOURCE: delete a source for good.

Sends    DELETE /sources/{sourceId} (Public API)
Returns  {"status": "SUCCESS", "sourceId": str, "note": str}
Fails    404 resource not found; 422; 429
Source   Segment Public API reference, "Delete Source"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, Request, Result, Tool

from ._public import done, id_problems, path


class DeleteSource(Arguments):
    source_id: str = Field(description="From the source's settings")


class Deleted(Result):
    status: str = Field(description="SUCCESS.")
    source_id: str = Field(description="Id of the source that is gone.")
    note: str = Field(description="What is now true, and what is not.")


def rules(document: Mapping[str, Any]) -> Iterable[Problem]:
    return id_problems(document, "sourceId")


def run(args: DeleteSource) -> Flow:
    response = yield Request("DELETE", path("sources", args.source_id))
    note = (
        "The source is deleted. Events sent with its write keys are lost from now on, though Segment still answers 200."
    )
    return done(response, sourceId=args.source_id, note=note)


TOOL = Tool(
    slug="SEGMENT_DELETE_SOURCE",
    title="Delete Source",
    toolset="sources",
    description=(
        "Delete a source and its write keys; irreversible, its events are lost. To pause use "
        "SEGMENT_UPDATE_SOURCE, for one key SEGMENT_REMOVE_SOURCE_WRITE_KEY."
    ),
    example={"sourceId": "nR7kq2Zt4WmX9bVc1sLd8P"},
    effect=Effect.DESTRUCTIVE,
    api=Api.PUBLIC,
    arguments=DeleteSource,
    result=Deleted,
    run=run,
    rules=rules,
)
