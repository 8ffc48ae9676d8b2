"""What the token server answers, and the OAuth app it answers for: plain values, no HTTP library.

Sources: Segment docs, "OAuth 2.0", for the app and its settings; the token managers of the official Python and Node
clients for the error shape `{"error", "error_description"}`, for 400, 401 and 415 being final, and for the two
descriptions of a wrong clock. Which error goes with which of the three statuses is assumed, after RFC 6749.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.responses import Response

from segment_toolkit.sandbox import wire

TRACKING_SCOPE = "tracking_api:write"
ONE_DAY_SECONDS = 24 * 60 * 60
# The clients compare these letter by letter: they correct their clock and try again at once.
EXPIRED = "Token is expired"
EARLY = "Token used before issued"


@dataclass(frozen=True)
class OAuthApp:
    """An OAuth app of a workspace; `scope` may name several scopes, with spaces between.

    The docs offer token lives from 1 to 30 days; any number of seconds is taken, so that tests can see one expire.
    """

    id: str
    key_id: str
    public_key_pem: str = field(repr=False)
    scope: str = TRACKING_SCOPE
    token_seconds: int = ONE_DAY_SECONDS


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with a JSON body."""

    status: int
    body: wire.Json = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Build the response that Starlette sends."""
        return wire.JsonAnswer(dict(self.body), self.status, headers=dict(self.headers))


class Refused(Exception):
    """The token server gives no token."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.status = status
        self.error = error
        self.description = description

    def answer(self, now: datetime) -> Answer:
        """Put the refusal as the clients read it."""
        return token_answer(self.status, {"error": self.error, "error_description": self.description}, now)


def token_answer(status: int, body: wire.Json, now: datetime) -> Answer:
    """Build an answer of the token server; the clients correct their clocks by its `Date`."""
    date = format_datetime(now.astimezone(UTC), usegmt=True)
    return Answer(status, body, {"Date": date, "Cache-Control": "no-store"})
