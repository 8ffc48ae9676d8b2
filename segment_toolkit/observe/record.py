"""What is known of a call when it is over: the one value that log records, spans, audits and observers are made of."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..tool import Effect
from .arguments import shown_arguments

if TYPE_CHECKING:
    from ..call.attempts import Attempt
    from ..call.run import Run
    from ..envelope import Envelope
    from ..secrecy.redaction import Redactor

SUCCESSFUL = "successful"
#: The host gave up waiting: a task was cancelled, Ctrl+C was pressed, a reply's other call broke off.
CANCELLED = "cancelled"


class CallRecord:
    """One finished call. It holds no secret: what is not redacted by the envelope is redacted here, when it is read.

    `seconds` counts from the parsing of the call to its envelope, so it includes waiting for an approval and, in
    parallel calls, for a turn. The repr leaves arguments and answers out.
    """

    def __init__(
        self,
        run: Run,
        envelope: Envelope | None,
        seconds: float,
        *,
        redactor: Callable[[Run], Redactor],
        fingerprint: Callable[[], str],
    ) -> None:
        self._run = run
        self._find_redactor = redactor
        self._find_fingerprint = fingerprint
        self.envelope = envelope
        self.seconds = seconds
        #: When the call came in, in seconds since 1970.
        self.started_at = time.time() - seconds

    def __repr__(self) -> str:
        return f"<CallRecord {self.tool or 'of no known tool'} {self.outcome} in {self.seconds * 1000:.1f} ms>"

    @property
    def tool(self) -> str:
        """The slug, or "" when the model named no tool that there is."""
        return self._run.slug

    @property
    def called(self) -> str:
        """The name as the model wrote it, cut to 100 characters."""
        name = self._run.call.name
        return shown(name, 100, self._redactor) if isinstance(name, str) else ""

    @property
    def tool_call_id(self) -> str | None:
        """The id that joins the call to its result, cut to 200 characters."""
        return call_id(self._run.call.id, self._redactor)

    @property
    def user_id(self) -> str | None:
        """The host's tenant, as the host named it."""
        return self._run.caller.user_id

    @property
    def connected_account_id(self) -> str | None:
        return self._run.caller.connected_account_id

    @property
    def region(self) -> str | None:
        return self._run.credentials.region

    @property
    def effect(self) -> str | None:
        """read, write or destructive; None when there is no such tool."""
        return self._run.tool.effect.value if self._run.tool else None

    @property
    def title(self) -> str:
        return self._run.tool.title if self._run.tool else ""

    @property
    def description(self) -> str:
        return self._run.tool.description if self._run.tool else ""

    @property
    def successful(self) -> bool:
        return self.envelope is not None and self.envelope.successful

    @property
    def code(self) -> str | None:
        """Why it failed, from the closed set of `errors.Code`, or "cancelled"; None for a success."""
        if self.envelope is None:
            return CANCELLED
        if self.envelope.successful:
            return None
        return self.envelope.failure.code if self.envelope.failure else "internal"

    @property
    def outcome(self) -> str:
        """ "successful", or the code."""
        return self.code or SUCCESSFUL

    @property
    def status(self) -> int | None:
        """The HTTP status of the refusal, if Segment refused."""
        return self.envelope.failure.status if self.envelope is not None and self.envelope.failure else None

    @property
    def error(self) -> str | None:
        """The error as the model read it."""
        return self.envelope.error if self.envelope is not None else "The host stopped waiting for this call."

    @property
    def ran(self) -> bool:
        """Whether the tool itself succeeded, whatever an after_execute modifier made of it."""
        return self._run.result is not None and self._run.result.successful and not self._run.previewed

    @property
    def preview(self) -> bool:
        """Whether the call was only shown: nothing was written."""
        return self._run.previewed

    @property
    def outcome_unknown(self) -> bool:
        """Whether Segment, or a function of the host's, may have changed something although the call failed."""
        run = self._run
        if run.result is None:  # cancelled on its way
            return run.ready and run.tool is not None and run.tool.effect is not Effect.READ
        return run.result.failure is not None and run.result.failure.outcome_unknown

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every exchange on the wire, in order."""
        return tuple(self._run.attempts)

    @property
    def retries(self) -> int:
        return sum(attempt.number > 1 for attempt in self._run.attempts)

    @property
    def approval(self) -> str | None:
        """What let a guarded call run: "host" (its `approve`), "override: ..." (with its reason), "framework", "token",
        "grant" or "everything"; None where nobody had to.
        """
        return self._run.approved_by or None

    @cached_property
    def message_ids(self) -> list[str]:
        """The messageId of each event that was sent or given up, as the tool's own answer names them."""
        data = self._run.result.data if self._run.result is not None else {}
        receipts = data.get("receipts")
        listed = receipts if isinstance(receipts, list) else [data]
        found = (receipt.get("messageId") for receipt in listed if isinstance(receipt, dict))
        return [message_id for message_id in found if isinstance(message_id, str)]

    @cached_property
    def arguments(self) -> Any:
        """The arguments as JSON data: secrets cut out by value, what stands under telling names masked.

        The validated ones; of a call that was refused before, those that came. None when they are no JSON object.
        """
        return shown_arguments(self._run.arguments, self._run.call.arguments, self._redactor)

    @property
    def fingerprint(self) -> str:
        """Of the toolkit's definitions, see `SegmentToolkit.fingerprint`."""
        return self._find_fingerprint()

    @cached_property
    def _redactor(self) -> Redactor:
        return self._find_redactor(self._run)


#: What is told of finished calls: an audit log, or a function of the host's.
Observer = Callable[[CallRecord], object]


def call_id(given: object, redactor: Redactor) -> str | None:
    """The id of a tool call as it may be shown: a model, or a host, may have put anything there."""
    return None if given is None else shown(str(given), 200, redactor)


def shown(text: str, most: int, redactor: Redactor) -> str:
    """One line of a model's own text, for logs and spans: no secret, and nothing that a line cannot show."""
    cut = redactor.text(text)[:most]
    return cut if cut.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in cut)


def pseudonym(user_id: str | None) -> str | None:
    """16 hexadecimal digits that stand for a user in logs and spans: equal for the same user, everywhere.

    A pseudonym and not anonymous: who knows a user id can work it out. SHA-256 of the UTF-8 text, cut.
    """
    if user_id is None:
        return None
    return hashlib.sha256(str(user_id).encode("utf-8", "surrogatepass")).hexdigest()[:16]
