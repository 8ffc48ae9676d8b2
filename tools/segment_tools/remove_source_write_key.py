"""SEGMENT_REMOVE_SOURCE_WRITE_KEY: revoke one write key of a source.

Sends    DELETE /sources/{sourceId}/writekey/{writeKey} (Public API, alpha); before, for a masked key, GET the source
Returns  {"status": "SUCCESS", "sourceId": str, "note": str}
Fails    404 resource not found; 422; 429
Source   Segment Public API reference, "Remove Write Key from Source"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import SECRET, Api, Arguments, Effect, Flow, ReadBack, Request, Result, Tool, Verdict, mask

from ._impact import OF_SOURCE, key_removal
from ._keys import key_of_source
from ._public import deleted, done, id_problems, key_problems, path, source_now


class RemoveSourceWriteKey(Arguments):
    source_id: str = Field(description="From the source's settings")
    write_key: Annotated[str, SECRET] = Field(description="Key, or its mask")


class Removed(Result):
    status: str = Field(description="SUCCESS.")
    source_id: str = Field(description="Id of the source that had the key.")
    note: str = Field(description="What is now true, and what is not.")


def rules(document: Mapping[str, Any]) -> Iterator[Problem]:
    yield from id_problems(document, "sourceId")
    yield from key_problems(document)


NOTE = "The key is revoked. Events sent with it are lost from now on, though Segment still answers 200."


def run(args: RemoveSourceWriteKey) -> Flow:
    key = yield from key_of_source(args.source_id, args.write_key)
    response = yield from deleted(Request("DELETE", path("sources", args.source_id, "writekey", key), secret_path=True))
    return done(response, sourceId=args.source_id, note=NOTE)


def verify(args: RemoveSourceWriteKey) -> ReadBack:
    """Read the source's keys back. None at all tells nothing: a token without Source Admin is shown none either."""
    key = args.write_key.strip()
    keys = (yield from source_now(args.source_id)).get("writeKeys")
    if not isinstance(keys, list) or not keys:
        return Verdict("unverified", "the source shows no keys: none are left, or this token may not see them")
    if any(key in (own, mask(own)) for own in keys if isinstance(own, str)):
        return Verdict("contradicted", "the source still has the key")
    gone = {"status": "SUCCESS", "sourceId": args.source_id, "note": NOTE}
    return Verdict("verified", "the source has other keys, and not this one", gone)


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
    verify=verify,
    impact=lambda args: key_removal(args.source_id, args.write_key),
    scope=OF_SOURCE,
)
