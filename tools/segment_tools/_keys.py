"""A write key given by its mask (`Vf3k…6TaE`), as answers show keys: which key is meant.

So a model can rotate or use a key that it never sees. A mask that does not fit exactly one key is refused, with the
masks that there are: guessing would send events to a source, or take a key from one, that nobody meant.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from segment_toolkit.errors import InvalidArguments, MissingCredential, Problem, ToolkitError, UnknownMask
from segment_toolkit.tool import Request, Response, fitting, is_mask, mask

from ._public import holding, is_id, path

#: A page of sources, and how many pages are looked through.
PAGE_SIZE = 200
MOST_PAGES = 25
MOST_SHOWN = 12

Steps = Generator[Request, Response, str]


def key_of_source(source_id: str, given: str) -> Steps:
    """The key of that source that is meant: `given` itself, or the one whose mask it is. Raises InvalidArguments."""
    if not is_mask(given):
        return given
    response = yield Request("GET", path("sources", source_id))
    keys = _keys_of(holding(response, "source", dict)["source"])
    if not keys:
        # Public API reference, "Get Source": empty without the Source Admin permission.
        raise _refused("cannot be told by its mask: the token may not see this source's keys, or it has none")
    return _one(given, keys, "of this source's keys")


def sent(request: Request) -> Generator[Request, Response, str | None]:
    """Send an event, with a key that is given by its mask too. Returns the key for the next one.

    The account's own keys are tried first, without a request; then, if there is a token, those of the workspace.
    """
    try:
        yield request
    except UnknownMask as error:
        key = yield from _in_workspace(request.write_key or "", error)
        yield request._replace(write_key=key)
        return key
    return request.write_key


def _in_workspace(given: str, unknown: UnknownMask) -> Steps:
    keys: list[str] = []
    query: tuple[tuple[str, str], ...] = (("pagination.count", str(PAGE_SIZE)),)
    try:
        for _ in range(MOST_PAGES):
            response = yield Request("GET", "/sources", query=query)
            keys += [key for source in holding(response, "sources", list)["sources"] for key in _keys_of(source)]
            cursor = _next(response.data.get("pagination"))
            if cursor is None:
                return _one(given, keys, "of the workspace's keys")
            query = (query[0], ("pagination.cursor", cursor))
    except MissingCredential:  # no token: the configured keys are all that is known
        raise unknown from None
    except InvalidArguments:
        raise
    except ToolkitError as error:  # nothing was sent yet: not this error, which would speak of the event
        raise _refused(f"is unknown, and the workspace's keys could not be read ({error.code})") from None
    raise _refused("cannot be told by its mask: the workspace has too many sources")


def _keys_of(source: Mapping[str, Any]) -> list[str]:
    """Its keys; what could not stand in a path or a header is none."""
    keys = source.get("writeKeys")
    return [key for key in keys if isinstance(key, str) and is_id(key)] if isinstance(keys, list) else []


def _next(pagination: Any) -> str | None:
    cursor = pagination.get("next") if isinstance(pagination, Mapping) else None
    return cursor if isinstance(cursor, str) and cursor else None


def _one(given: str, keys: Iterable[str], whose: str) -> str:
    found = fitting(given, keys)
    if len(found) == 1:
        return found[0]
    shown = list(dict.fromkeys(mask(key) for key in keys))
    more = f" and {len(shown) - MOST_SHOWN} more" if len(shown) > MOST_SHOWN else ""
    how = "is the mask of several" if found else "is the mask of none"
    raise _refused(f"{how} {whose}; there are {', '.join(shown[:MOST_SHOWN])}{more}")


def _refused(text: str) -> InvalidArguments:
    return InvalidArguments([Problem("writeKey", text)])
