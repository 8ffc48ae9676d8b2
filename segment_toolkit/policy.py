"""Who lets a destructive tool run: the host, never the model.

Nothing that a tool call holds can approve it. A host gives `approve`, a function that is asked once for each call and
must return True; without it, destructive calls are refused. On the sandbox nothing real can be destroyed, so there
everything is approved. Agent frameworks have approval dialogues of their own: what a user approved there runs without
`approve`; where there is one, it is asked as well.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from .errors import NotPermitted
from .tool import Effect, HostCall, Tool


@dataclass(frozen=True)
class Approval:
    """The question put to the host: may this tool run with exactly these arguments, for this user?

    `arguments` are by wire name and may hold a write key, so the repr leaves them out.
    """

    tool: str
    title: str
    arguments: Mapping[str, Any] = field(repr=False)
    user_id: str | None


Approve = Callable[[Approval], bool | Awaitable[bool]]


class Policy:
    """Decides what may run. Raises NotPermitted for what may not."""

    def __init__(self, approve: Approve | None = None) -> None:
        self._approve = approve

    def authorise(
        self, tool: Tool[Any], arguments: BaseModel, user_id: str | None, *, approved: bool = False
    ) -> Generator[HostCall, Any, None]:
        """Steps that ask the host where it must be asked."""
        if tool.effect is not Effect.DESTRUCTIVE:
            return
        if self._approve is None:
            if approved is True:
                return
            raise NotPermitted(
                f"{tool.title} cannot be undone and needs the host's approval; nothing was done.",
                hint="Ask the user. The host allows it with approve=..., not by an argument of this call.",
            )
        exactly = arguments.model_dump(by_alias=True, exclude_none=True)
        question = Approval(tool.slug, tool.title, exactly, user_id)
        answer = yield HostCall("approve", self._approve, (question,))
        if answer is not True:  # truthy but not True is a mistake of the host's, and mistakes do not delete
            raise NotPermitted(
                f"{tool.title} was not approved; nothing was done.", hint="Do not try again; ask the user."
            )
