"""Query parameters of the Profile API, its error body, and the cursor of its lists.

Source: Segment docs, "Profile API", "Errors", "Pagination", "Query parameters".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from segment_toolkit.sandbox.profiles.values import milliseconds
from segment_toolkit.sandbox.wire import Json

# Documented for traits; assumed for the other lists.
DEFAULT_LIMIT = 10
MAX_LIMIT = 100


class ProfileApiError(Exception):
    """A request is refused with a status, a code and a message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status)
        self.status, self.code, self.message = status, code, message

    def envelope(self) -> Json:
        """The body of the answer."""
        return {"error": {"code": self.code, "message": self.message}}


@dataclass(frozen=True)
class Query:
    """The path (encoded), the query string (encoded), and the time of a request (milliseconds since 1970)."""

    path: str
    text: str
    now: int

    @cached_property
    def _arguments(self) -> dict[str, str]:
        return dict(parse_qsl(self.text, keep_blank_values=True, errors="replace"))

    def argument(self, name: str) -> str | None:
        """Return a parameter; the last one if it is repeated, None when it is absent or blank."""
        return self._arguments.get(name) or None

    def choice(self, name: str, *choices: str) -> str | None:
        """Return a parameter that takes one of a few values; None when absent."""
        value = self.argument(name)
        if value is not None and value not in choices:
            raise invalid(name, f"must be one of {', '.join(choices)}")
        return value

    def names(self, name: str) -> frozenset[str] | None:
        """Return a comma-separated list; None when absent."""
        value = self.argument(name)
        return None if value is None else frozenset(part.strip() for part in value.split(","))

    def instant(self, name: str) -> int | None:
        """Return an ISO 8601 date or time in milliseconds since 1970; None when absent."""
        value = self.argument(name)
        at = milliseconds(value)
        if value is not None and at is None:
            raise invalid(name, "must be in ISO 8601")
        return at

    def limit(self, most: int = MAX_LIMIT) -> int:
        """Return how many are asked. That a number out of range is refused, and not cut, is assumed."""
        value = self.argument("limit") or str(min(DEFAULT_LIMIT, most))
        # Length first: Python refuses to read integers of more than 4,300 digits.
        number = int(value) if re.fullmatch(r"[0-9]{1,6}", value) else 0
        if not 1 <= number <= most:
            raise invalid("limit", f"must be from 1 to {most}")
        return number

    def cursor(self, following: str, limit: int) -> Json:
        """Return the `cursor` of an answer; `following` names the next page, "" at the end of the list."""
        query = f"?{urlencode({**self._arguments, 'next': following}, errors='replace')}" if following else ""
        url = f"{self.path}{query}"
        return {"url": url, "has_more": bool(following), "next": following, "limit": limit}


def invalid(name: str, rule: str) -> ProfileApiError:
    """400 for a parameter that breaks a rule."""
    return ProfileApiError(400, "validation_error", f"The parameter `{name}` {rule}.")
