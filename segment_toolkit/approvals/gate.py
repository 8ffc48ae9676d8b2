"""Lets a call through, or refuses it: asks the host where it must be asked, with a preview of what would happen.

In this order: a token that the host gives with the call; a token that it granted before; the approval dialogue of an
agent framework; the host's `approve`. A call that nobody decided about is refused, and waits under a new token.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ..call.exact import exact
from ..errors import NotPermitted
from ..observe.arguments import shown_arguments
from ..tool import Effect, HostCall, JsonObject, Tool
from .approval import Approval, Approve, Override, PendingApproval, approve_everything
from .desk import Approvals, Digest, OverrideMissing
from .preview import Preview, preview_of

if TYPE_CHECKING:
    from ..call.run import Run

Steps = Generator[Any, Any, None]
_ASK = "Ask the user. The host allows it, by approve=... or by the token of this call, not an argument of it."


class Gate:
    """Where calls that need an approval wait for it. `desk` is the host's side of it."""

    def __init__(self, approve: Approve | None, desk: Approvals) -> None:
        self._approve = approve
        self._desk = desk

    def pass_(self, run: Run, tool: Tool[Any]) -> Steps:
        """Returns when the call may run; raises NotPermitted when not. `run.approved_by` says by whom."""
        if self._approve is approve_everything:
            run.approved_by = "everything"
            return
        digest = self._desk.digest(_text(run, tool))
        token = run.caller.approval
        if token is not None:
            self._desk.check(token, digest)  # a guessed one costs no request
        preview = yield from preview_of(run, tool)
        try:
            run.approved_by = yield from self._decide(run, tool, digest, preview)
        except NotPermitted as refusal:
            refusal.data.setdefault("preview", _for_data(preview))
            raise

    def _decide(self, run: Run, tool: Tool[Any], digest: Digest, preview: Preview) -> Generator[HostCall, Any, str]:
        caller, needed = run.caller, preview.override
        override = caller.override is True
        try:
            taken = self._desk.take(caller.approval, digest, override=override, override_needed=needed)
        except OverrideMissing:
            self._wait(run, tool, digest, preview)
            raise
        if taken:
            return taken
        if self._approve is not None:
            return (yield from self._ask(run, tool, preview))
        if caller.approved is True and not needed:
            return "framework"
        self._wait(run, tool, digest, preview)
        if caller.approved is True:
            raise OverrideMissing(tool.title, needed)
        raise NotPermitted(f"{_what(tool)} and needs the host's approval; nothing was done.", hint=_ASK)

    def _wait(self, run: Run, tool: Tool[Any], digest: Digest, preview: Preview) -> None:
        arguments, shown = exact(run.arguments), _for_data(preview)
        pending = PendingApproval("", tool.slug, tool.title, arguments, run.caller.user_id, shown, preview.override)
        run.pending = self._desk.wait(digest, pending, shown_arguments(None, arguments, run.redactor))

    def _ask(self, run: Run, tool: Tool[Any], preview: Preview) -> Generator[HostCall, Any, str]:
        question = Approval(
            tool.slug, tool.title, exact(run.arguments), run.caller.user_id, _for_data(preview), preview.override
        )
        answer = yield HostCall("approve", self._approve, (question,))  # type: ignore[arg-type]
        if isinstance(answer, Override):
            return f"override: {answer.reason}"
        if answer is not True:
            raise NotPermitted(
                f"{tool.title} was not approved; nothing was done.", hint="Do not try again; ask the user."
            )
        if preview.override:
            raise OverrideMissing(tool.title, preview.override)
        return "host"


def _what(tool: Tool[Any]) -> str:
    return f"{tool.title} cannot be undone" if tool.effect is Effect.DESTRUCTIVE else f"{tool.title} is guarded"


def _for_data(preview: Preview) -> JsonObject:
    """With the one request of most calls at the top, where people look."""
    data = dict(preview.data)
    if len(data["requests"]) == 1:
        data = {**data.pop("requests")[0], **data}
    return {**data, "override_needed": preview.override} if preview.override else data


def _text(run: Run, tool: Tool[Any]) -> str:
    """All that an approval is bound to: the tool, its exact arguments, the user, and the account in whole."""
    caller, account = run.caller, run.credentials.parts()
    bound = [tool.slug, exact(run.arguments), caller.user_id, caller.connected_account_id, account]
    return json.dumps(bound, sort_keys=True, default=repr)
