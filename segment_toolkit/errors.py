"""What can go wrong inside a tool call, drawn once.

    ToolkitError
    ├── UnknownTool, MalformedToolCall, InvalidArguments     change the call
    ├── NotPermitted                                         ask the host or its user
    ├── MissingCredential, Misconfigured                     the host must configure something
    ├── RegionUnknown, RegionMismatch, HostUnavailable       the host must say where the workspace is
    ├── UpstreamError(status) ── RateLimited, DegradedAnswer Segment said no, or said nothing we can read
    ├── TransportError(sent) ── Held, InternalError          outcome unknown; not sent for now; our bug
    └── InvalidParams, AccountNotFound, SeveralAccounts, AccountTimeout   the host called us wrongly

Siblings differ in what the caller should do next. Inside the engine they are raised; `dispatcher` turns
every one into a failed envelope, so that none reaches the host from a tool call. What reaches a host comes from what
it does itself: UnknownTool from listing tools, the last row from managing accounts. Composio's names: `exceptions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

Code = Literal[
    "validation",
    "unknown_tool",
    "auth",
    "permission",
    "not_found",
    "rate_limited",
    "too_large",
    "region",
    "network",
    "upstream",
    "refused",
    "internal",
]

#: A model reads at most this many problems, and this many characters, in one error text; `data` holds the rest.
MOST_PROBLEMS = 8
MOST_CHARACTERS = 800


class Problem(NamedTuple):
    """One thing wrong with the arguments: where, and what would be right. Never holds the rejected value."""

    path: str
    text: str
    code: Code = "validation"

    def __str__(self) -> str:
        return f"{self.path}: {self.text}" if self.path else self.text


class ToolkitError(Exception):
    """A tool call that failed. `str(error)` says what was wrong and what is right; `hint` what to do next.

    `data` is what the failed envelope carries besides, an object: receipts, minted ids, the hosts asked.
    """

    code: Code = "internal"
    retryable = False
    #: True when Segment may have done what was asked although we cannot tell.
    outcome_unknown = False

    def __init__(self, message: str, *, hint: str = "", data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.data = dict(data or {})

    @property
    def text(self) -> str:
        """What the model reads: the message and the hint, in one string."""
        return f"{self.message} {self.hint}".strip()


class NotFound(ToolkitError):
    """What a host or a model named does not exist."""


class UnknownTool(NotFound):
    """No tool has that name; the message names the nearest."""

    code: Code = "unknown_tool"


class MalformedToolCall(ToolkitError):
    """The arguments are not one JSON object."""

    code: Code = "validation"


class InvalidArguments(ToolkitError):
    """The arguments break the tool's schema or one of Segment's rules. All problems at once; nothing was sent."""

    def __init__(self, problems: Sequence[Problem], *, data: Mapping[str, Any] | None = None) -> None:
        self.problems = tuple(problems)
        self.code = "too_large" if all(p.code == "too_large" for p in problems) else "validation"
        super().__init__(_listed(self.problems), hint="Nothing was sent. Fix this and call again.", data=data)


class UnknownMask(InvalidArguments):
    """The write key is given by a mask that fits none of the account's keys. Whoever can look elsewhere catches it."""


class NotPermitted(ToolkitError):
    """The host's policy does not let this call run, or nobody approved it."""

    code: Code = "refused"


class MissingCredential(ToolkitError):
    """The call needs a credential that nobody configured."""

    code: Code = "auth"


class Misconfigured(ToolkitError):
    """What the host configured (the environment, the accounts file) cannot be used."""

    code: Code = "auth"


class RegionUnknown(ToolkitError):
    """Nobody said whether the workspace is in the US or the EU, and guessing loses events."""

    code: Code = "region"


class RegionMismatch(ToolkitError):
    """Region and hosts are not of one region: whatever is sent would be lost."""

    code: Code = "region"


class HostUnavailable(ToolkitError):
    """The request names a host (the other region's, the legacy one) that is not configured."""

    code: Code = "region"


class UpstreamError(ToolkitError):
    """Segment answered, and the answer is a refusal. `status` is the HTTP status, `host` who answered."""

    #: The body was no answer of Segment's: a page, cut JSON, nothing.
    unreadable = False
    #: What the answer asks to wait; None when it does not say.
    retry_after_seconds: float | None = None

    def __init__(self, message: str, *, status: int, host: str, code: Code, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.host = host
        self.code = code
        self.retryable = self.outcome_unknown = status >= 500  # of a read; who knows more says so


class RateLimited(UpstreamError):
    """429. `retry_after_seconds` is what Segment asked for, or None when it did not say."""

    def __init__(self, message: str, *, host: str, retry_after_seconds: float | None, hint: str = "") -> None:
        super().__init__(message, status=429, host=host, code="rate_limited", hint=hint)
        self.retry_after_seconds = retry_after_seconds
        self.retryable = True


class DegradedAnswer(UpstreamError):
    """A status that reads as success over a body that does not: HTML, cut JSON, nothing at all."""

    def __init__(self, message: str, *, status: int, host: str, hint: str = "") -> None:
        super().__init__(message, status=status, host=host, code="upstream", hint=hint)
        self.outcome_unknown = self.unreadable = True


class TransportError(ToolkitError):
    """No answer. `sent` is False when the request certainly never left: only then is the outcome known."""

    code: Code = "network"
    #: True when it was our own pool of connections that had none free: that says nothing about the host.
    congested = False

    def __init__(self, message: str, *, sent: bool, host: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.sent = sent
        self.host = host
        self.retryable = not sent
        self.outcome_unknown = sent


class Held(TransportError):
    """Not sent, by our own decision: the host does not answer, or is asked too often. Wait `retry_after_seconds`."""

    def __init__(self, message: str, *, host: str, code: Code, retry_after_seconds: float) -> None:
        hint = f"Nothing was sent; wait {retry_after_seconds:.3g} seconds, then try again."
        super().__init__(message, sent=False, host=host, hint=hint)
        self.code = code
        self.retry_after_seconds = retry_after_seconds


class InternalError(ToolkitError):
    """A bug of ours or of the host's own code (a modifier, a custom tool). Its text goes to the log only."""


class InvalidParams(ToolkitError, ValueError):
    """A host gave one of our functions something it does not take."""

    code: Code = "validation"


class AccountNotFound(NotFound):
    """No connected account (or auth config) has that id, or not for this user."""

    code: Code = "auth"


class SeveralAccounts(ToolkitError):
    """The user has an active account already, and the host did not allow several."""

    code: Code = "auth"


class AccountTimeout(ToolkitError, TimeoutError):
    """The account did not become active in time."""

    code: Code = "auth"


def _listed(problems: Sequence[Problem]) -> str:
    """At most MOST_PROBLEMS problems in one line, the rest counted."""
    shown: list[str] = []
    room = MOST_CHARACTERS - 150  # the hint, the count and the tail need theirs
    for problem in problems[:MOST_PROBLEMS]:
        text = str(problem).rstrip(".")
        if shown and len(text) > room:
            break
        shown.append(text[:MOST_CHARACTERS])
        room -= len(text)
    if len(problems) == 1:
        return shown[0] + "."
    numbered = " ".join(f"({n}) {text}." for n, text in enumerate(shown, 1))
    hidden = len(problems) - len(shown)
    return f"{len(problems)} problems: {numbered}" + (f" And {hidden} more." if hidden else "")
