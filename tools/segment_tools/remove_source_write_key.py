"""SEGMENT_REMOVE_SOURCE_WRITE_KEY: revoke one write key of a source.

Sends    DELETE /sources/{sourceId}/writekey/{writeKey} (Public API, alpha)
Returns  {"status": "SUCCESS", "sourceId": str, "note": str}
Fails    404 resource not found; 422; 429
Source   Segment Public API reference, "Remove Write Key from Source"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import SECRET, Api, Arguments, Effect, Flow, Request, Result, Tool

from ._public import done, id_problems, path


class RemoveSourceWriteKey(Arguments):
    source_id: str = Field(description="From the source's settings")
    write_key: Annotated[str, SECRET] = Field(description="The whole key")


class Removed(Result):
    status: str = Field(description="SUCCESS.")
    source_id: str = Field(description="Id of the source that had the key.")
    note: str = Field(description="What is now true, and what is not.")


def rules(document: Mapping[str, Any]) -> Iterable[Problem]:
    return id_problems(document, "sourceId", "writeKey")


def run(args: RemoveSourceWriteKey) -> Flow:
    response = yield Request("DELETE", path("sources", args.source_id, "writekey", args.write_key), secret_path=True)
    note = "The key is revoked. Events sent with it are lost from now on, though Segment still answers 200."
    return done(response, sourceId=args.source_id, note=note)


TOOL = Tool(
    slug="SEGMENT_REMOVE_SOURCE_WRITE_KEY",
    title="Remove Source Write Key",
    toolset="sources",
    description=(
        "Revoke a write key; irreversible, its events are lost. For the whole source use SEGMENT_DELETE_SOURCE."
    ),
    example={"sourceId": "nR7kq2Zt4WmX9bVc1sLd8P", "writeKey": "OldKey" + "0" * 26},
    effect=Effect.DESTRUCTIVE,
    api=Api.PUBLIC,
    arguments=RemoveSourceWriteKey,
    result=Removed,
    run=run,
    rules=rules,
)
