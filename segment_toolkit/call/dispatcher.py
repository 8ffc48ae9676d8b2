"""One tool call, from what the model wrote to one envelope. Nothing a model or Segment does raises out of here.

    parse → before_execute → validate → judge → account → admit → flow ⇄ transport → redact → envelope → after_execute

The path is one generator for sync and async toolkits: it yields what must be performed outside (a request, a function
of the host's), and `drive` or `adrive` runs it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ..credentials import Credentials
from ..encoding import unsendable
from ..envelope import Envelope, Failure
from ..errors import InternalError, InvalidArguments, ToolkitError, UnknownTool
from ..modifiers import matching
from ..observe.logs import LOG
from ..registry import Registry
from ..reliability.drift import noted
from ..secrecy.redaction import Redactor, masked
from ..settings import Settings
from ..tool import Api, Effect, HostCall, JsonObject, Request, Tool, secrets_in
from ..truth.facts import without_secrets
from ..truth.memory import Memory
from ..truth.switch import truth_of
from .run import NOTHING, Caller, Run
from .toolcall import arguments_of
from .validation import validate

if TYPE_CHECKING:
    from ..observe.watch import Watch
    from .authority import Authority

T = TypeVar("T")
#: What a call's path is: it yields what must be performed outside, and is sent the outcome.
Steps: TypeAlias = Generator[Request | HostCall, Any, T]
#: The credentials of a call, or the function of the host's that has them.
Resolve = Callable[["Caller"], Credentials | HostCall]
#: A flow that reads and is no tool call: made of a caller's credentials and what is remembered of the workspace.
Reading = Callable[[Credentials, Memory], Generator[Any, Any, T]]
#: What a before_execute modifier may change of the caller.
_CALLER = ("user_id", "connected_account_id", "custom_auth_params")
DOUBTFUL_KEY = (
    "the configured write key has not the form of one (32 letters and digits): if it is wrong, events are lost"
)


class Dispatcher:
    """Turns tool calls into steps for a driver to perform. It holds no connection and no credential of its own."""

    def __init__(
        self, registry: Registry, settings: Settings, authority: Authority, resolve: Resolve, watch: Watch
    ) -> None:
        self._registry = registry
        self._authority = authority
        self._watch = watch
        self._reveal = settings.reveal_secrets
        self._resolve = resolve
        self.memory = Memory()
        self._truth = truth_of(settings, self.memory)

    def steps(self, run: Run) -> Generator[Request | HostCall, Any, Envelope]:
        """The steps of one call. They return its envelope, whatever happened, after `observe` has recorded the call."""
        begun = self._watch.begin(run)
        try:
            envelope = yield from self._answered(run)
        except GeneratorExit:  # nobody waits any more, but something may have been sent
            self._watch.finished(run, None, begun, self._redactor)
            raise
        self._watch.finished(run, envelope, begun, self._redactor)
        return envelope

    def refused(self, run: Run, error: ToolkitError) -> Envelope:
        """The envelope of a call that who made it does not let run, because of `error`; who watches has it."""
        begun = self._watch.begin(run)
        with suppress(UnknownTool):
            self._look_up(run)
        run.error = error
        run.result = envelope = self._named(run, self._failed(run, error))
        self._watch.finished(run, envelope, begun, self._redactor)
        return envelope

    def _answered(self, run: Run) -> Generator[Request | HostCall, Any, Envelope]:
        """Run the call and put what came of it into an envelope: data or error, then what stands beside the keys."""
        try:
            data = yield from self._execute(run)
            envelope = Envelope.success(data)
        except Exception as error:  # noqa: BLE001 - the one place where everything becomes an envelope
            run.error = error
            if run.uncount is not None and _did_nothing(run, error):
                run.uncount()
            envelope = self._failed(run, error)
        run.result = envelope
        if run.caller.modifiers and run.slug:
            envelope = yield from self._after(run, envelope)
        self._named(run, envelope)
        notes = (*run.notes, *run.changes)
        envelope.notes = tuple(map(self._redactor(run).text, notes)) if notes else ()
        envelope.approval = run.pending
        envelope.verification = run.verification
        return envelope

    @staticmethod
    def _named(run: Run, envelope: Envelope) -> Envelope:
        """The envelope, with which call it answers."""
        envelope.answers(run.call.name, run.call.id)
        envelope.tool = run.slug
        return envelope

    def reading(self, run: Run, flow: Reading[T]) -> Generator[Request | HostCall, Any, T]:
        """The steps of a reading, with the caller's credentials. Raises ToolkitError, with no secret in it."""
        try:
            yield from self._bind(run, ())
            found = yield from flow(run.credentials, self.memory)
            return without_secrets(found, self._redactor(run))  # type: ignore[no-any-return]
        except ToolkitError as error:
            redactor = self._redactor(run)
            error.message, error.hint = redactor.prose(error.message), redactor.prose(error.hint)
            raise

    def _execute(self, run: Run) -> Generator[Request | HostCall, Any, JsonObject]:
        tool = self._look_up(run)
        if self._authority.judges:
            self._authority.permit(tool)
        document = arguments_of(run.call)
        if run.caller.modifiers:
            document = yield from self._before(run, document)
        run.arguments, run.notes = validate(tool, document)
        if self._authority.judges:
            yield from self._authority.judge(run, tool)
        if tool.api is not None:
            yield from self._bind(run, secrets_in(run.arguments))
        if self._authority.admits(run, tool):
            preview = yield from self._authority.admit(run, tool)
            if preview is not None:
                return preview
        run.ready = True
        data = yield from self._performed(run, tool)
        return self._shown(run, tool, data)

    def _look_up(self, run: Run) -> Tool[Any]:
        tool = self._registry.find(run.call.name)
        run.tool, run.slug, run.toolkit = tool, tool.slug, self._registry.toolkit_of(tool.slug)
        return tool

    def _performed(self, run: Run, tool: Tool[Any]) -> Steps[JsonObject]:
        """The tool's own flow, with the checks around it that the host switched on."""
        try:
            if self._truth is not None:
                return (yield from self._truth.steps(run, tool, run.arguments))
            return (yield from tool.run(run.arguments))
        finally:
            if tool.api is Api.PUBLIC and tool.effect is not Effect.READ:
                self.memory.forget(run.credentials)

    def _bind(self, run: Run, secrets: tuple[str, ...]) -> Generator[HostCall, Any, None]:
        """Find the call's credentials, and make the redactor that knows them and the secrets in its arguments."""
        run.redactor = NOTHING.also(secrets)
        found = self._resolve(run.caller)
        run.credentials = (yield found) if isinstance(found, HostCall) else found
        run.redactor = run.credentials.redactor.also(secrets)

    def _shown(self, run: Run, tool: Tool[Any], data: JsonObject) -> JsonObject:
        """The data of a success, as it may be shown: warnings added, secrets masked or cut out.

        With `reveal_secrets` the answers of the Public API stay whole, but for the token: none has a place for it.
        """
        warnings = [DOUBTFUL_KEY, *run.changes] if run.credentials.key_is_doubtful else run.changes
        if warnings and tool.api is Api.TRACKING:
            data["warnings"] = [*data.get("warnings", ()), *warnings]
        if tool.api is not Api.PUBLIC:
            return self._redactor(run).data(data)  # type: ignore[no-any-return]
        if self._reveal:
            shown = Redactor(filter(None, [run.credentials.public_api_token])).data(data)
        else:
            shown = run.redactor.data(masked(data))
        return noted(tool, data, shown)

    def _failed(self, run: Run, error: Exception) -> Envelope:
        """The failed envelope of whatever was raised, with no secret in it."""
        if not isinstance(error, ToolkitError):
            LOG.error("bug in %s: %s%s", run.slug or "a tool call", type(error).__name__, _where(error))
            error = InternalError("The toolkit or the host's own code failed.", hint="A bug; do not repeat the call.")
        error.outcome_unknown = _is_unknown(run, error)
        redactor = self._redactor(run)
        error.message, error.hint = redactor.prose(error.message), redactor.prose(error.hint)
        error.data = redactor.data(masked(error.data))
        if isinstance(error, InvalidArguments):
            error.problems = tuple(
                p._replace(path=redactor.text(p.path), text=redactor.text(p.text)) for p in error.problems
            )
        return Envelope.from_error(error)

    def _redactor(self, run: Run) -> Redactor:
        """What cuts secrets out of this call's texts.

        A call that failed before its credentials were looked up gets their redactor now, if finding them asks nobody.
        """
        if run.redactor is NOTHING:
            try:
                found = self._resolve(run.caller)
                if isinstance(found, HostCall):
                    return NOTHING
                run.redactor = found.redactor
            except Exception:  # noqa: BLE001 - the store is the host's; that it fails was, or will be, reported by itself
                return NOTHING
        return run.redactor

    def _before(self, run: Run, document: JsonObject) -> Generator[HostCall, Any, JsonObject]:
        """The arguments as `before_execute` modifiers leave them; they may change for whom the call runs, too."""
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
            before = envelope.failure is not None and envelope.failure.outcome_unknown
            failure.failure = failure.failure and failure.failure._replace(outcome_unknown=before)
            failure["data"] = envelope.data
            failure["error"] = f"{failure.error} {ran}; do not repeat the call."
            return failure
        return envelope


def _where(error: Exception) -> str:
    """The traceback as text, a frame a line, without the exception's own words.

    Never as `exc_info`: its frames lead to every local variable, and log collectors send those on.
    """
    import traceback

    return "".join(f"\n  {f.filename}:{f.lineno} in {f.name}" for f in traceback.extract_tb(error.__traceback__))


def _is_unknown(run: Run, error: ToolkitError) -> bool:
    """Whether Segment, or a function of the host's, may have changed something although the call failed."""
    if run.tool is None or run.tool.effect is Effect.READ:
        return False
    if isinstance(error, InternalError):
        return run.ready and (run.tool.api is None or bool(run.attempts))
    return error.outcome_unknown


def _did_nothing(run: Run, error: Exception) -> bool:
    """Whether a call was refused on its way, with nothing sent but the reads before a write."""
    if run.tool is None or run.tool.api is None or not isinstance(error, ToolkitError):
        return False
    is_read = run.tool.effect is Effect.READ
    return not isinstance(error, InternalError) and all(a.method == "GET" and not is_read for a in run.attempts)


def _enveloped(changed: Any, before: Envelope) -> Envelope:
    """What an after_execute modifier returned, as an envelope that keeps the contract."""
    if not isinstance(changed, Mapping) or not isinstance(changed.get("data"), dict) or unsendable(changed, most=1):
        raise InternalError("The host's after_execute modifier returned no envelope that JSON can say.")
    if changed.get("successful") is True:
        return Envelope(changed["data"], None)
    error = changed.get("error") or before.error or "The host's after_execute modifier marked this as failed."
    return Envelope(changed["data"], str(error), failure=before.failure or Failure("internal", False, ""))
