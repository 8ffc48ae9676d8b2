"""One tool call, from what the model wrote to one envelope. Nothing a model or Segment does raises out of here.

    parse → before_execute → validate → authorise → account → flow ⇄ transport → redact → envelope → after_execute

The path is one generator for sync and async toolkits: it yields what must be performed outside (a request, a function
of the host's), and `drive` or `adrive` runs it.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .attempts import Attempt
from .credentials import Credentials
from .encoding import unsendable
from .envelope import Envelope, Failure
from .errors import InternalError, InvalidArguments, ToolkitError
from .modifiers import matching
from .policy import Policy
from .redaction import Redactor, masked
from .registry import Registry
from .settings import Settings
from .tool import Api, HostCall, JsonObject, Request, Tool, secrets_in
from .toolcall import ToolCall, parse
from .validation import validate

log = logging.getLogger("segment_toolkit")

Resolve = Callable[["Caller"], Credentials]
#: Told after a request how many events of a long call are sent, and how many there are.
Progress = Callable[[int, int], Any]


@dataclass(frozen=True)
class Caller:
    """For whom a call runs: the host's tenant (never Segment's userId), and what the host said about its account.

    `approved`: the host's user has approved this very call, in the approval dialogue of an agent framework.
    """

    user_id: str | None = None
    connected_account_id: str | None = None
    custom_auth_params: Mapping[str, Any] | None = field(default=None, repr=False)
    modifiers: Sequence[Any] | None = None
    approved: bool = False
    on_progress: Progress | None = field(default=None, repr=False)


#: What a before_execute modifier may change of the caller.
_CALLER = ("user_id", "connected_account_id", "custom_auth_params")
# Until its account is known, a call has no credentials and nothing to redact.
_NOBODY = Credentials()
_NOTHING = Redactor(())


class Run:
    """What is known of one call so far; `credentials` is what its requests are sent with."""

    __slots__ = (
        "arguments",
        "attempts",
        "call",
        "caller",
        "credentials",
        "notes",
        "redactor",
        "slug",
        "tool",
        "toolkit",
    )

    def __init__(self, call: ToolCall, caller: Caller) -> None:
        self.call = call
        self.caller = caller
        self.credentials = _NOBODY
        self.redactor = _NOTHING
        self.notes: list[str] = []
        self.attempts: list[Attempt] = []
        self.slug = ""
        self.toolkit = ""
        self.tool: Tool[Any] | None = None
        self.arguments: Any = None


class Dispatcher:
    """Turns tool calls into steps to drive. It holds no connection and no credential of its own."""

    def __init__(self, registry: Registry, settings: Settings, resolve: Resolve) -> None:
        self._registry = registry
        self._policy = Policy(settings.approve)
        self._resolve = resolve

    def steps(self, run: Run) -> Generator[Request | HostCall, Any, Envelope]:
        """The steps of one call. Their result is its envelope, whatever happens in them."""
        try:
            data = yield from self._execute(run)
            envelope = Envelope.success(data)
        except Exception as error:  # noqa: BLE001 - the one place where everything becomes an envelope
            envelope = self._failed(run, error)
        if run.caller.modifiers and run.slug:
            envelope = yield from self._after(run, envelope)
        envelope.called = run.call.name if isinstance(run.call.name, str) else ""
        envelope.tool = run.slug
        envelope.tool_call_id = run.call.id
        envelope.notes = tuple(run.notes)
        return envelope

    def _execute(self, run: Run) -> Generator[Request | HostCall, Any, JsonObject]:
        tool = self._registry.find(run.call.name)
        run.tool, run.slug, run.toolkit = tool, tool.slug, self._registry.toolkit_of(tool.slug)
        document = parse(run.call.arguments)
        if run.caller.modifiers:
            document = yield from self._before(run, document)
        arguments, run.notes = validate(tool, document)
        run.arguments = arguments
        yield from self._policy.authorise(tool, arguments, run.caller.user_id, approved=run.caller.approved)
        if tool.api is not None:
            self._bind(run, secrets_in(arguments))
        data = yield from tool.run(arguments)
        return run.redactor.data(_shown(tool, data, run.credentials))  # type: ignore[no-any-return]

    def _bind(self, run: Run, secrets: tuple[str, ...]) -> None:
        """Give the call its account, and its redactor every secret it can meet."""
        run.redactor = _NOTHING.also(secrets)
        run.credentials = self._resolve(run.caller)
        run.redactor = run.credentials.redactor.also(secrets)

    def _failed(self, run: Run, error: Exception) -> Envelope:
        """The failed envelope of whatever was raised, with no secret in it."""
        if not isinstance(error, ToolkitError):
            log.error("bug in %s: %s", run.slug or "a tool call", type(error).__name__, exc_info=_safe(error))
            error = InternalError("The toolkit or the host's own code failed.", hint="A bug; do not repeat the call.")
        redactor = self._redactor(run)
        error.message, error.hint = redactor.text(error.message), redactor.text(error.hint)
        error.data = redactor.data(masked(error.data))
        if isinstance(error, InvalidArguments):
            error.problems = tuple(p._replace(path=redactor.text(p.path)) for p in error.problems)
        return Envelope.from_error(error)

    def _redactor(self, run: Run) -> Redactor:
        """Of a call that failed before its account was known: that account's, all the same, if it has one."""
        if run.redactor is _NOTHING:
            try:
                return self._resolve(run.caller).redactor
            except Exception:  # noqa: BLE001 - the store is the host's; that it fails was, or will be, reported by itself
                return _NOTHING
        return run.redactor

    def _before(self, run: Run, document: JsonObject) -> Generator[HostCall, Any, JsonObject]:
        caller = run.caller
        params: Any = {"arguments": document, **{name: getattr(caller, name) for name in _CALLER}}
        for modifier in matching(caller.modifiers, "before", run.slug, run.toolkit):
            params = yield HostCall("before_execute", modifier, (run.slug, run.toolkit, params))
        if not isinstance(params, Mapping) or not isinstance(params.get("arguments"), dict):
            raise InternalError("The host's before_execute modifier returned no params with arguments.")
        run.caller = replace(caller, **{name: params[name] for name in _CALLER if name in params})
        return dict(params["arguments"])

    def _after(self, run: Run, envelope: Envelope) -> Generator[HostCall, Any, Envelope]:
        """The envelope as the host's modifiers leave it. A failing one does not undo what the tool did: data stays."""
        try:
            for modifier in matching(run.caller.modifiers, "after", run.slug, run.toolkit):
                shown = copy.deepcopy(envelope)  # it may be changed in place, and must not be lost if that fails
                changed = yield HostCall("after_execute", modifier, (run.slug, run.toolkit, shown))
                envelope = _enveloped(changed, envelope)
        except Exception as error:  # noqa: BLE001 - as in steps
            ran = "The tool ran, and its result is in data" if envelope.successful else "The tool did not succeed"
            failure = self._failed(run, error)
            failure["data"] = envelope.data
            failure["error"] = f"{failure.error} {ran}; do not repeat the call."
            return failure
        return envelope


def _shown(tool: Tool[Any], data: JsonObject, credentials: Credentials) -> JsonObject:
    """Answers of the Public API hold secrets of sources and destinations; what we say about events may need a word."""
    if tool.api is Api.PUBLIC:
        return masked(data)  # type: ignore[no-any-return]
    if tool.api is Api.TRACKING and credentials.key_is_doubtful:
        data["warnings"] = [*data.get("warnings", ()), DOUBTFUL_KEY]
    return data


DOUBTFUL_KEY = (
    "the configured write key has not the form of one (32 letters and digits): if it is wrong, events are lost"
)


def _safe(error: Exception) -> tuple[type[Exception], Exception, Any]:
    """The traceback without the exception's own text, which may quote a secret."""
    return InternalError, InternalError(type(error).__name__), error.__traceback__


def _enveloped(changed: Any, before: Envelope) -> Envelope:
    """What an after_execute modifier returned, as an envelope that keeps the contract."""
    if not isinstance(changed, Mapping) or not isinstance(changed.get("data"), dict) or unsendable(changed, most=1):
        raise InternalError("The host's after_execute modifier returned no envelope that JSON can say.")
    if changed.get("successful") is True:
        return Envelope(changed["data"], None)
    error = changed.get("error") or before.error or "The host's after_execute modifier marked this as failed."
    return Envelope(changed["data"], str(error), failure=before.failure or Failure("internal", False, ""))
