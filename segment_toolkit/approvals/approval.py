"""What the host's side sees: the question that its `approve` is asked, its answers, and a call that waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import InvalidParams


@dataclass(frozen=True)
class Approval:
    """May this tool run with exactly these arguments, for this user?

    `arguments` are by wire name and may hold a write key, so the repr leaves them out. `preview` is redacted: method,
    path and body of the request, `affects` (what was read about what it would affect) and `can_be_undone`.
    `override_needed` says why True is not enough and an `Override` is needed; it is empty when True is enough.
    """

    tool: str
    title: str
    arguments: Mapping[str, Any] = field(repr=False)
    user_id: str | None
    preview: Mapping[str, Any] = field(default_factory=dict, repr=False)
    override_needed: str = ""

    @property
    def affects(self) -> Mapping[str, Any]:
        """What the call would affect; empty for a tool that has nothing to say about it."""
        return self.preview.get("affects", {})  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Override:
    """A yes although something speaks against it, such as recent traffic of a source that is to be deleted.

    `reason` is the host's own, for its records. Raises InvalidParams for a blank one.
    """

    reason: str

    def __post_init__(self) -> None:
        if not isinstance(self.reason, str) or not self.reason.strip():
            raise InvalidParams("An Override needs a reason.")


@dataclass(frozen=True)
class PendingApproval:
    """A call that was refused for want of an approval. Show `preview` to whoever may approve it.

    `override_needed` says why a grant must be given with `override=True`; empty when it need not. `arguments` are as in
    `Approval`; those of a call that waits in a file have their secrets cut out.
    """

    token: str = field(repr=False)
    tool: str
    title: str
    arguments: Mapping[str, Any] = field(repr=False)
    user_id: str | None
    preview: Mapping[str, Any] = field(repr=False)
    override_needed: str = ""


#: Only True and an Override approve. Truthy but not True is a mistake of the host's, and mistakes do not delete.
Approve = Callable[[Approval], bool | Override | Awaitable[bool | Override]]


def approve_everything(_: Approval) -> Override:
    """Approves whatever is asked, traffic or not. Given as `approve`, nothing is read before a call: for sandboxes."""
    return Override("everything is approved")
