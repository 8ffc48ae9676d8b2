"""What the management tools share: safe paths, ids worth sending, pagination, and the shapes Segment answers with.

Source: Segment Public API reference, version 73. Required members below are those the reference requires.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from pydantic import Field

from segment_toolkit.errors import DegradedAnswer, Problem, UpstreamError
from segment_toolkit.tool import Arguments, JsonObject, Request, Response, Result, is_mask


class Pagination(Arguments):
    count: int = Field(ge=1, le=1000, description="1 to 1000")
    cursor: str | None = Field(None, description="Last answer's pagination.next")

    def query(self) -> tuple[tuple[str, str], ...]:
        """Dotted, as Segment's own scripts send it."""
        pairs = [("pagination.count", str(self.count))]
        return (*pairs, ("pagination.cursor", self.cursor)) if self.cursor else tuple(pairs)


class PageOf(Result):
    current: str = Field(description="Cursor of this page.")
    next: str | None = Field(default=None, description="Cursor of the next page; absent on the last.")
    previous: str | None = Field(default=None, description="Cursor of the page before; absent on the first.")
    total_entries: int | None = Field(default=None, description="How many items there are in all.")


class Label(Arguments):
    """One label"""

    key: str = Field(description="e.g. environment")
    value: str = Field(description="e.g. prod")
    description: str | None = Field(None, description="Meaning")


class LabelAnswer(Result):
    key: str = Field(description="Name of the label.")
    value: str = Field(description="Value of the label.")
    description: str | None = Field(default=None, description="What it means.")


class Source(Result):
    id: str = Field(description="Id of the source.")
    slug: str = Field(description="Short name of the source.")
    name: str | None = Field(default=None, description="Display name.")
    workspace_id: str = Field(description="Id of its workspace.")
    enabled: bool = Field(description="Whether it takes events; a disabled source drops them.")
    write_keys: list[str] = Field(description="Its write keys, masked.")
    labels: list[LabelAnswer] = Field(description="Its labels.")
    metadata: dict[str, Any] = Field(description="Its kind in Segment's catalog.")
    settings: dict[str, Any] | None = Field(default=None, description="Settings of its kind.")


class Destination(Result):
    """Only `id` is required: a degraded answer has no more, and the rest must not be invented."""

    id: str = Field(description="Id of the destination.")
    name: str | None = Field(default=None, description="Display name.")
    enabled: bool | None = Field(default=None, description="Whether it gets events.")
    source_id: str | None = Field(default=None, description="Id of the source that feeds it.")
    metadata: dict[str, Any] | None = Field(default=None, description="Its kind in Segment's catalog.")
    settings: dict[str, Any] | None = Field(default=None, description="Its settings, secrets masked.")


class Warehouse(Result):
    id: str = Field(description="Id of the warehouse.")
    workspace_id: str = Field(description="Id of its workspace.")
    enabled: bool = Field(description="Whether Segment loads into it.")
    metadata: dict[str, Any] = Field(description="Its kind in Segment's catalog.")
    settings: dict[str, Any] = Field(description="Its settings, secrets masked.")


class Attempt(Result):
    host: str = Field(description="Who was asked.")
    answer: str = Field(description="What came back.")


def path(*segments: str) -> str:
    """`/a/b` with every segment percent-encoded, `/` too, so that an id cannot change which operation runs."""
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


def pagination_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """A cursor goes into the URL as Segment gave it: short, plain text."""
    pagination = document.get("pagination")
    cursor = pagination.get("cursor") if isinstance(pagination, Mapping) else None
    if isinstance(cursor, str) and not (0 < len(cursor) <= 1000 and cursor.isascii() and cursor.isprintable()):
        yield Problem(
            "pagination.cursor", "is not a cursor; expected pagination.next of the last answer, or leave it out"
        )


#: Every id that Segment documents is letters and digits, some with `_`; `-` is let through as harmless.
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_EXAMPLE_ID = "nR7kq2Zt4WmX9bVc1sLd8P"


def id_problems(document: Mapping[str, Any], *names: str) -> Iterator[Problem]:
    """Ids that cannot be one. What could mean something in a path (dots, slashes, `%`) is not sent even encoded:
    something between us and Segment may decode it, and ask for something else.
    """
    for name in names:
        value = document.get(name)
        if not isinstance(value, str):
            continue
        if not value.strip() or not value.strip("."):
            yield Problem(name, f"is blank; expected an id such as {_EXAMPLE_ID}")
        elif not is_id(value):
            yield Problem(name, f"has characters that no id has, or too many; expected for example {_EXAMPLE_ID}")


def is_id(text: str) -> bool:
    """Whether the text may stand in a path as it is."""
    return _ID.fullmatch(text) is not None


def key_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """A write key that goes into a path: as an id, or a mask, which is looked up and not sent."""
    value = document.get("writeKey")
    if isinstance(value, str) and not is_id(value) and not is_mask(value):
        yield Problem("writeKey", "is no write key; expected 32 letters and digits, or a mask as answers show them")


def holding(response: Response, member: str, kind: type) -> JsonObject:
    """The data of an answer that holds `member` as it is documented. Raises DegradedAnswer for any other.

    An object must hold something, and a list hold objects: an empty shell would read as success.
    """
    found: Any = response.data.get(member)
    if not isinstance(found, kind) or not _whole(found):
        raise DegradedAnswer(
            f"{response.host} answered {response.status} without the documented '{member}'.",
            status=response.status,
            host=response.host,
            hint="It is unknown what Segment did: look before you repeat it.",
        )
    return response.data


def source_now(source_id: str) -> Generator[Request, Response, JsonObject]:
    """The source as it is, write keys and all: for reading back what a write did."""
    response = yield Request("GET", path("sources", source_id))
    source: JsonObject = holding(response, "source", dict)["source"]
    return source


def _whole(found: Any) -> bool:
    return bool(found) if isinstance(found, dict) else all(isinstance(item, dict) for item in found)


def deleted(request: Request) -> Generator[Request, Response, Response]:
    """The answer to a deletion. Repeatable: an id is never given out again (assumed).

    When an attempt was lost and Segment then answers 404, it is gone: that is what was asked for.
    """
    try:
        return (yield request._replace(repeatable=True))
    except UpstreamError as error:
        if error.status != 404 or not error.outcome_unknown:
            raise
        return Response(404, {"status": "SUCCESS", "warnings": [GONE]}, error.host)


GONE = (
    "Segment's answer to the first attempt was lost; asked again, it answered 404: it does not exist, now or ever. "
    "If the id was right, it was deleted by this call."
)


def done(response: Response, **more: str) -> JsonObject:
    """The data of a deletion, and `more`. Only Segment's word SUCCESS means that something is gone."""
    if response.data.get("status") != "SUCCESS":
        raise DegradedAnswer(
            f"{response.host} answered {response.status} without the status SUCCESS.",
            status=response.status,
            host=response.host,
            hint="It is unknown whether it is gone: look before you repeat it.",
        )
    return {**response.data, **more}
