"""The one answer shape: `{"data": object, "error": string or null, "successful": bool}`.

`Envelope` is a plain dict with exactly these keys, so that it serialises as the published contract says. What
a program (not the model) wants to know besides are attributes, in no JSON:

failure        why it failed, as a `Failure`; None for a success
tool           the slug of the tool that was found, "" for none; `called` is the name as the model wrote it
tool_call_id   the id that joins the result to the model's call
notes          what was set right in the arguments, or changed by a policy
approval       what a refused call waits for, with its token
verification   what reading back showed (with `verify=True`)
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .names import well_formed

if TYPE_CHECKING:
    from .approvals import PendingApproval
    from .errors import Code, Problem, ToolkitError
    from .tool import Verdict


class Failure(NamedTuple):
    """Why a call failed, for code: `code` is one of a closed set, `problems` lists every invalid argument.

    `outcome_unknown`: Segment may have done what was asked although no answer says so. Look before you repeat it; an
    event may be sent again with the messageId that is in the envelope's data.
    """

    code: Code
    retryable: bool
    hint: str
    status: int | None = None
    retry_after_seconds: float | None = None
    problems: tuple[Problem, ...] = ()
    outcome_unknown: bool = False


class Envelope(dict[str, Any]):
    """The answer to one tool call: `error` is None exactly when `successful`; `data` is always an object."""

    __slots__ = ("approval", "called", "failure", "notes", "tool", "tool_call_id", "verification")

    def __init__(self, data: Mapping[str, Any], error: str | None, *, failure: Failure | None = None) -> None:
        super().__init__(data=dict(data), error=error, successful=error is None)
        self.failure = failure
        self.approval: PendingApproval | None = None
        self.called = ""
        self.tool = ""
        self.tool_call_id: str | None = None
        self.notes: tuple[str, ...] = ()
        self.verification: Verdict | None = None

    def answers(self, name: object, call_id: str | None) -> None:
        """Say which call this answers, so that a message about it can always be sent as UTF-8."""
        self.called = well_formed(name) if isinstance(name, str) else ""
        self.tool_call_id = well_formed(call_id) if isinstance(call_id, str) else None

    @property
    def data(self) -> dict[str, Any]:
        """What the tool answers; of a failed call what is known all the same, such as a messageId."""
        return self["data"]  # type: ignore[no-any-return]

    @property
    def error(self) -> str | None:
        """What was wrong and what to do, for a model to read; None for a success."""
        return self["error"]  # type: ignore[no-any-return]

    @property
    def successful(self) -> bool:
        """Whether there is no error."""
        return self["successful"]  # type: ignore[no-any-return]

    def __deepcopy__(self, memo: dict[int, Any]) -> Envelope:
        copied = Envelope(copy.deepcopy(self["data"], memo), self["error"])
        for name in self.__slots__:  # what is beside the keys does not change
            setattr(copied, name, getattr(self, name))
        return copied

    @classmethod
    def success(cls, data: Mapping[str, Any]) -> Envelope:
        """The envelope of a call that worked."""
        return cls(data, None)

    @classmethod
    def from_error(cls, error: ToolkitError) -> Envelope:
        """The failed envelope of an error, its code and hint beside the three keys."""
        failure = Failure(
            code=error.code,
            retryable=error.retryable,
            hint=error.hint,
            status=getattr(error, "status", None),
            retry_after_seconds=getattr(error, "retry_after_seconds", None),
            problems=getattr(error, "problems", ()),
            outcome_unknown=error.outcome_unknown,
        )
        return cls(error.data, error.text or error.code, failure=failure)
