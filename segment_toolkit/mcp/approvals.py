"""Who lets a destructive tool run here: the person at the client, asked by elicitation; never the model.

Protocols to 2025-11-25 ask over the open connection. From 2026-07-28 on a call is answered with the question, and the
client repeats it with the person's answer and a `request_state`. That state is sealed by the SDK and bound to the
tool, its arguments and the caller; here it holds a number that counts once. A client that cannot ask is refused.

Where a plain yes is not enough (a source in use), the form has a second question, and both must be answered with yes.
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

from ..approvals import Override
from ..errors import NotPermitted
from ..secrecy.redaction import masked

if TYPE_CHECKING:
    from mcp.server.session import ServerSession

    from ..approvals import Approval

_KEY = "confirm"
_OVERRIDE_KEY = "override"
_BY_WHOM = "the person at the MCP client"
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

    async def approved(self, question: Approval) -> bool | Override:
        """What the person said. Raises NotPermitted when nobody was asked, or not yet."""
        if self.everything_allowed and not question.override_needed:
            return True
        if not _can_elicit(self.session.client_capabilities):
            raise _nobody_to_ask(question)
        if self.session.can_send_request:
            return _said(question, await self._elicited(question))
        if self.params.input_responses is None:
            raise self._question_back(question)
        if not self.questions.close(self.params.request_state or ""):
            raise NotPermitted("This approval was used, or is none of this server's; nothing was done.", hint=_HINT)
        return _said(question, self.params.input_responses.get(_KEY))

    async def _elicited(self, question: Approval) -> types.ElicitResult:
        try:
            return await self.session.elicit_form(
                _text(question), _schema(question), related_request_id=self.request_id
            )
        except (MCPError, ValueError):  # the client failed at it, or answered with something else
            raise NotPermitted("The client could not ask its user; nothing was done.", hint=_HINT) from None

    def _question_back(self, question: Approval) -> NotPermitted:
        form = types.ElicitRequestFormParams(message=_text(question), requested_schema=_schema(question))
        self.pending = types.InputRequiredResult(
            input_requests={_KEY: types.ElicitRequest(params=form)}, request_state=self.questions.ask()
        )
        return NotPermitted("The user has not been asked yet; nothing was done.", hint=_HINT)


ASKING: ContextVar[Asking | None] = ContextVar("ASKING", default=None)


async def ask_client(question: Approval) -> bool | Override:
    """An `approve` for the toolkit behind a server: asks the client of the call that is running; no client, no yes."""
    asking = ASKING.get()
    return False if asking is None else await asking.approved(question)


def _nobody_to_ask(question: Approval) -> NotPermitted:
    if question.override_needed:
        return NotPermitted(
            f"{question.title} needs a person's override, as {question.override_needed}, and this MCP client cannot "
            "ask its user; nothing was done.",
            hint="Tell the user.",
        )
    return NotPermitted(
        f"{question.title} {_why(question)}, and this MCP client cannot ask its user; nothing was done.",
        hint="Tell the user. The server's operator can start it with --allow-destructive.",
    )


def _can_elicit(capabilities: types.ClientCapabilities | None) -> bool:
    """Whether forms can be shown. Before URLs were a second mode, the bare capability meant forms."""
    elicitation = capabilities.elicitation if capabilities else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


def _said(question: Approval, answer: Any) -> bool | Override:
    """Only an accepted form with true in it is a yes; an override takes both of its questions."""
    if not isinstance(answer, types.ElicitResult) or answer.action != "accept":
        return False
    content = answer.content or {}
    if content.get(_KEY) is not True:
        return False
    if question.override_needed and content.get(_OVERRIDE_KEY) is True:
        return Override(_BY_WHOM)
    return True  # where an override is needed, this is not enough


def _schema(question: Approval) -> dict[str, Any]:
    """The form: one question, or two that are worded apart."""
    asked = {_KEY: {"type": "boolean", "title": "Do it", "description": f"{question.title} {_why(question)}."}}
    if question.override_needed:
        text = f"Careful: {question.override_needed}."
        asked[_OVERRIDE_KEY] = {"type": "boolean", "title": "Lose what depends on it", "description": text}
    return {"type": "object", "properties": asked, "required": list(asked)}


def _text(question: Approval) -> str:
    arguments = json.dumps(masked(dict(question.arguments)))  # ASCII: nothing in it can disguise itself
    affects = f" It affects {json.dumps(question.affects)}." if question.affects else ""
    careful = f" Careful: {json.dumps(question.override_needed)[1:-1]}." if question.override_needed else ""
    return f"{question.title} {_why(question)}. Run {question.tool} with {arguments}?{affects}{careful}"


def _why(question: Approval) -> str:
    return "needs your approval" if question.preview.get("can_be_undone") else "cannot be undone"
