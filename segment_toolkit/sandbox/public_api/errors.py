"""The Public API's error envelope: `{"errors": [{"type", "message", "data", "field"?}]}`.

Only the type `not-found` and the text of its message are attested; every other `type` spelling is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from segment_toolkit.sandbox.rate_limits import Refusal
from segment_toolkit.sandbox.wire import Json


class ApiError(Exception):
    """A request is refused with a status, one or more error items, and maybe headers."""

    def __init__(self, status: int, *items: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.items = items
        self.headers = dict(headers or {})

    def envelope(self) -> Json:
        """The body of the answer."""
        return {"errors": list(self.items)}


def item(kind: str, message: str, *, field: str | None = None) -> Json:
    """One entry of the `errors` list."""
    where = {} if field is None else {"field": field}
    return {"type": kind, "message": message, **where, "data": None}


def not_found(noun: str, name: str) -> ApiError:
    """404 for an id this workspace does not have."""
    return ApiError(404, item("not-found", f"{noun} with id '{name}' not found."))


def invalid(message: str, *, field: str | None = None) -> ApiError:
    """422, the documented status of a validation failure."""
    return ApiError(422, item("validation", message, field=field))


def unauthorized() -> ApiError:
    """401 for a missing or wrong token; the status and its body are assumed, the reference declares neither."""
    return ApiError(401, item("unauthorized", "The token is missing, invalid or of another region."))


def not_acceptable(media_types: Iterable[str]) -> ApiError:
    """406 for an Accept header that names none of the media types an operation has (assumed)."""
    return ApiError(406, item("not-acceptable", f"This operation answers {', '.join(media_types)}."))


def too_large(most_bytes: int) -> ApiError:
    """413 for a body over the sandbox's limit; Segment's own, and how it says so, is not documented (assumed)."""
    return ApiError(413, item("payload-too-large", f"The request body has more than {most_bytes} bytes."))


def rate_limited(refusal: Refusal) -> ApiError:
    """429 with the documented `Retry-After`, in whole seconds; the spelling of the type is assumed."""
    message = f"Too many requests; try again in {refusal.retry_after_seconds} seconds."
    return ApiError(429, item("rate-limited", message), headers=refusal.headers())
