"""What the management tools share: safe paths, ids worth sending, pagination, and the shapes Segment answers with.

Source: Segment Public API reference, version 73. Required members below are those the reference requires.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from pydantic import Field

from segment_toolkit.errors import DegradedAnswer, Problem
from segment_toolkit.tool import Arguments, JsonObject, Response, Result


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


def id_problems(document: Mapping[str, Any], *names: str) -> Iterator[Problem]:
    """Ids that cannot be one: blank, dots (a URL drops them and asks for something else), control characters."""
    for name in names:
        value = document.get(name)
        if not isinstance(value, str):
            continue
        if not value.strip() or not value.strip("."):
            yield Problem(name, "is blank; expected an id such as nR7kq2Zt4WmX9bVc1sLd8P")
        elif not value.isprintable() or len(value) > 200:
            yield Problem(
                name,
                "has characters that no id has, or too many; expected for example nR7kq2Zt4WmX9bVc1sLd8P",
            )


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


def _whole(found: Any) -> bool:
    return bool(found) if isinstance(found, dict) else all(isinstance(item, dict) for item in found)


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
