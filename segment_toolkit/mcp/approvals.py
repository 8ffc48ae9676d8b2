"""Who lets a destructive tool run here: the person at the client, asked by elicitation; never the model.

Protocols to 2025-11-25 ask over the open connection. From 2026-07-28 on a call is answered with the question, and the
client repeats it with the person's answer and a `request_state`. That state is sealed by the SDK and bound to the
tool, its arguments and the caller; here it holds a number that counts once. A client that cannot ask is refused.
"""

from __future__ import annotations

import json
import secrets
from collections import OrderedDict
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.shared.exceptions import MCPError

from ..errors import NotPermitted
from ..redaction import masked

if TYPE_CHECKING:
    from mcp.server.session import ServerSession

    from ..policy import Approval

_KEY = "confirm"
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {_KEY: {"type": "boolean", "title": "Do it", "description": "This cannot be undone."}},
    "required": [_KEY],
}
_MOST_QUESTIONS = 1000
_HINT = "Ask the user; do not try again by yourself."


class Questions:
    """The questions that wait for an answer. One that was answered, or forgotten, is not answered again."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, None] = OrderedDict()

    def ask(self) -> str:
        number = secrets.token_urlsafe(12)
        self._open[number] = None
        if len(self._open) > _MOST_QUESTIONS:
            self._open.popitem(last=False)
        return number

    def close(self, number: str) -> bool:
        """Whether the question was open; now it is not."""
        return self._open.pop(number, _NEVER) is None


_NEVER: Any = object()


@dataclass
class Asking:
    """One tool call, and how its client can be asked. `pending` is the question that goes back instead of a result."""

    session: ServerSession
    params: types.CallToolRequestParams
    request_id: types.RequestId | None
    questions: Questions
    everything_allowed: bool = False
    pending: types.InputRequiredResult | None = field(default=None, init=False)

    async def approved(self, question: Approval) -> bool:
        """Whether the person said yes. Raises NotPermitted when nobody was asked, or not yet."""
        if self.everything_allowed:
            return True
        if not _can_elicit(self.session.client_capabilities):
            raise NotPermitted(
                f"{question.title} cannot be undone, and this MCP client cannot ask its user; nothing was done.",
                hint="Tell the user. The server's operator can start it with --allow-destructive.",
            )
        if self.session.can_send_request:
            return _is_yes(await self._elicited(question))
        if self.params.input_responses is None:
            raise self._question_back(question)
        if not self.questions.close(self.params.request_state or ""):
            raise NotPermitted("This approval was used, or is none of this server's; nothing was done.", hint=_HINT)
        return _is_yes(self.params.input_responses.get(_KEY))

    async def _elicited(self, question: Approval) -> types.ElicitResult:
        try:
            return await self.session.elicit_form(_text(question), _SCHEMA, related_request_id=self.request_id)
        except (MCPError, ValueError):  # the client failed at it, or answered with something else
            raise NotPermitted("The client could not ask its user; nothing was done.", hint=_HINT) from None

    def _question_back(self, question: Approval) -> NotPermitted:
        form = types.ElicitRequestFormParams(message=_text(question), requested_schema=_SCHEMA)
        self.pending = types.InputRequiredResult(
            input_requests={_KEY: types.ElicitRequest(params=form)}, request_state=self.questions.ask()
        )
        return NotPermitted("The user has not been asked yet; nothing was done.", hint=_HINT)


ASKING: ContextVar[Asking | None] = ContextVar("ASKING", default=None)


async def ask_client(question: Approval) -> bool:
    """An `approve` for the toolkit behind a server: asks the client of the call that is running; no client, no yes."""
    asking = ASKING.get()
    return asking is not None and await asking.approved(question)


def _can_elicit(capabilities: types.ClientCapabilities | None) -> bool:
    """Whether forms can be shown. Before URLs were a second mode, the bare capability meant forms."""
    elicitation = capabilities.elicitation if capabilities else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


def _is_yes(answer: Any) -> bool:
    if not isinstance(answer, types.ElicitResult) or answer.action != "accept":
        return False
    return (answer.content or {}).get(_KEY) is True


def _text(question: Approval) -> str:
    arguments = json.dumps(masked(dict(question.arguments)))  # ASCII: nothing in it can disguise itself
    return f"{question.title} cannot be undone. Run {question.tool} with {arguments}?"
