"""What is known of one tool call: for whom it runs, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..credentials import Credentials
from ..policy.scopes import current_scope
from ..secrecy.redaction import Redactor, told

if TYPE_CHECKING:
    from ..approvals import PendingApproval
    from ..envelope import Envelope
    from ..observe.otel import CallSpan
    from ..policy.scopes import RunScope
    from ..tool import Response, Tool, Verdict
    from .attempts import Attempt
    from .toolcall import ToolCall

#: Told after a request how many events of a long call are sent, and how many there are.
Progress = Callable[[int, int], Any]


@dataclass(frozen=True)
class Caller:
    """For whom a call runs: the host's tenant (never Segment's userId), and what the host said about its account.

    `approved`: the host's user has approved this very call, in the approval dialogue of an agent framework.
    `approval`: the token of a call that was refused before; `override` goes with it, or with nothing.
    `preview`: show what would be sent, and send nothing.
    """

    user_id: str | None = None
    connected_account_id: str | None = None
    custom_auth_params: Mapping[str, Any] | None = field(default=None, repr=False)
    modifiers: Sequence[Any] | None = None
    approved: bool = False
    on_progress: Progress | None = field(default=None, repr=False)
    approval: str | None = field(default=None, repr=False)
    override: bool = False
    preview: bool = False


# Until its account is known, a call has no credentials and nothing to redact.
_NOBODY = Credentials()
NOTHING = Redactor(())


class Run:
    """What is known of one call so far. The steps of its path fill it in; `observe` reads it when the call is over.

    What is asked       `call`, `caller`; once found: `tool`, `slug`, `toolkit`; once valid: `arguments`
    With what           `credentials` of its requests, and the `redactor` that knows every secret the call met
    What was set right  `notes`, spellings of the model's; `changes`, what the host's policy changed
    Whether it may run  `ready`, nobody needs to be asked any more; `approved_by`, who let it run where somebody had to;
                        `pending`, the approval that it waits for; `previewed`, it was only shown
    On the wire         `attempts`, each exchange; `lost_seconds` in failed ones and in waiting; `renewed`, whether
                        credentials were fetched anew; `verification`, what reading back showed
    What came of it     `error` that the tool raised; `result`, its envelope before the host's after_execute
    For `observe`       `span`, its OpenTelemetry span; `heard`, whether anybody wants to hear of the call
    For caps            `scope`, the run of an agent that it belongs to; `uncount` takes the call back from those that
                        counted it
    """

    __slots__ = (
        "approved_by",
        "arguments",
        "attempts",
        "call",
        "caller",
        "changes",
        "credentials",
        "error",
        "heard",
        "lost_seconds",
        "notes",
        "pending",
        "previewed",
        "ready",
        "redactor",
        "renewed",
        "result",
        "scope",
        "slug",
        "span",
        "tool",
        "toolkit",
        "uncount",
        "verification",
    )

    def __init__(self, call: ToolCall, caller: Caller) -> None:
        self.call = call
        self.caller = caller
        self.credentials = _NOBODY
        self.redactor = NOTHING
        self.notes: list[str] = []
        self.attempts: list[Attempt] = []
        self.lost_seconds = 0.0
        self.renewed = False
        self.slug = ""
        self.toolkit = ""
        self.tool: Tool[Any] | None = None
        self.arguments: Any = None
        self.scope: RunScope | None = current_scope()
        self.ready = False
        self.approved_by = ""
        self.pending: PendingApproval | None = None
        self.uncount: Callable[[], None] | None = None
        self.previewed = False
        self.changes: list[str] = []
        self.verification: Verdict | None = None
        self.error: Exception | None = None
        self.result: Envelope | None = None
        self.span: CallSpan | None = None
        self.heard = False

    def learn(self, response: Response) -> None:
        """The secrets that an answer of Segment's told join those that the call keeps to itself."""
        self.redactor = self.redactor.also(told(response.data))
