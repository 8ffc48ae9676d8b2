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

from segment_toolkit.errors import Problem, UpstreamError
from segment_toolkit.tool import Api, Arguments, Effect, Flow, ReadBack, Request, Result, Tool, Verdict

from ._impact import OF_SOURCE, deletion
from ._public import deleted, done, id_problems, path, source_now


class DeleteSource(Arguments):
    source_id: str = Field(description="From the source's settings")


class Deleted(Result):
    status: str = Field(description="SUCCESS.")
    source_id: str = Field(description="Id of the source that is gone.")
    note: str = Field(description="What is now true, and what is not.")


def rules(document: Mapping[str, Any]) -> Iterable[Problem]:
    return id_problems(document, "sourceId")


NOTE = "The source is deleted. Events sent with its write keys are lost from now on, though Segment still answers 200."


def run(args: DeleteSource) -> Flow:
    response = yield from deleted(Request("DELETE", path("sources", args.source_id)))
    return done(response, sourceId=args.source_id, note=NOTE)


def verify(args: DeleteSource) -> ReadBack:
    """Ask for the source: 404 is what is wanted. Raises what any other answer is."""
    try:
        yield from source_now(args.source_id)
    except UpstreamError as error:
        if error.status != 404 or error.unreadable:
            raise
        gone = {"status": "SUCCESS", "sourceId": args.source_id, "note": NOTE}
        return Verdict("verified", "Segment knows no such source", gone)
    return Verdict("contradicted", "the source is still there")


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
    verify=verify,
    impact=lambda args: deletion(args.source_id),
    scope=OF_SOURCE,
)
