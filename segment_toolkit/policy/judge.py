"""A policy at work on one call. What may run goes on; what may not raises NotPermitted, and nothing was sent for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..call.exact import exact
from ..call.reading import only_reads
from ..call.validation import validate
from ..credentials import Credentials
from ..errors import NotPermitted, ToolkitError
from ..secrecy.redaction import mask
from ..tool import Api, Effect, HostCall, Request, Tool
from .caps import Ledger
from .globs import matches_any, resembles_any
from .guarding import Guarding
from .rules import Policy, PolicyCall, refused

if TYPE_CHECKING:
    from ..call.run import Run

Document = Mapping[str, Any]


class Judge:
    """One policy, and what it counted."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._parts = policy.parts
        caps = [cap for part in self._parts for cap in part.caps]
        self._ledger = Ledger(caps) if caps else None

    def permits(self, tool: Tool[Any]) -> None:
        """Raises NotPermitted for a tool that the policy leaves out."""
        if not self.policy.permits(tool.slug, tool.effect.value, tool.toolset):
            raise refused(tool.slug)

    def judge(self, run: Run, tool: Tool[Any]) -> Generator[HostCall, Any, None]:
        """What the arguments alone decide: personal data, event names, and the host's own check."""
        for part in self._parts:
            if part.pii is not None and tool.api is Api.TRACKING:
                self._guard(run, tool, Guarding(part.pii))
        document = None
        for part in self._parts:
            if part.allow_events is not None or part.deny_events:
                document = document or exact(run.arguments)
                _check_events(part, _event_names(tool, document))
            if part.check is not None:
                call = PolicyCall(tool.slug, tool.effect.value, exact(run.arguments), run.caller.user_id)
                answer = yield HostCall("check", part.check, (call,))
                _check_answer(answer, tool)

    def judge_on_account(self, run: Run, tool: Tool[Any]) -> Generator[Request, Any, None]:
        """What only the account decides: whose source it is, and which labels it carries."""
        found: str | None = None
        for part in self._parts:
            sources = part.allow_sources is not None or bool(part.deny_sources)
            labels = part.allow_labels is not None or bool(part.deny_labels)
            if tool.api is Api.TRACKING and sources:
                _check_write_key(part, tool, run)
            if tool.api is not Api.PUBLIC or not (sources or labels):
                continue
            if found is None:
                found = yield from _source_id(tool, run.arguments)
            if sources:
                _check_source(part, found)
            if labels:
                yield from _check_labels(part, tool, run, found)

    def reserve(self, run: Run, tool: Tool[Any]) -> Callable[[], None]:
        """Count the call under the caps. Returns what takes it back."""
        if self._ledger is None:
            return _nothing
        return self._ledger.reserve(run.caller.user_id, run.scope, _event_count(tool, run.arguments))

    def _guard(self, run: Run, tool: Tool[Any], guarding: Guarding) -> None:
        before = exact(run.arguments)
        guarded = guarding.document(before)
        if guarded != before:
            # What is left must still be what Segment takes: a rule may need what was dropped.
            run.arguments, _ = validate(tool, guarded)
            run.changes = [*run.changes, *guarding.notes]


def _nothing() -> None:
    """Nothing was counted."""


def _check_answer(answer: Any, tool: Tool[Any]) -> None:
    if answer is True or answer is None:
        return
    reason = answer if isinstance(answer, str) and answer.strip() else "the host's check did not let it through"
    raise NotPermitted(f"{tool.title} was not let through: {reason} Nothing was done.", hint="Tell the user.")


def _event_names(tool: Tool[Any], document: Document) -> Iterator[tuple[str, str]]:
    """Where each name of a track event stands in a call, and the name."""
    scope = tool.scope
    if scope.event is not None and isinstance(document.get(scope.event), str):
        yield scope.event, document[scope.event]
    for index, event in enumerate(document.get(scope.events, ()) if scope.events is not None else ()):
        if isinstance(event, Mapping) and isinstance(event.get("event"), str):
            yield f"{scope.events}[{index}].event", event["event"]


def _event_count(tool: Tool[Any], arguments: Any) -> int:
    if tool.api is not Api.TRACKING or tool.effect is Effect.READ:
        return 0
    if tool.scope.events is None:
        return 1
    found = arguments.wire().get(tool.scope.events)
    return len(found) if isinstance(found, list) else 1


def _check_events(part: Policy, names: Iterable[tuple[str, str]]) -> None:
    """The names are not repeated in the refusal: they may be data."""
    judged: dict[str, bool] = {}
    for path, name in names:
        if name not in judged:
            allowed = part.allow_events is None or matches_any(name, part.allow_events)
            judged[name] = allowed and not resembles_any(name, part.deny_events)
        if not judged[name]:
            raise _not_allowed(f"The event name in {path}")


def _check_write_key(part: Policy, tool: Tool[Any], run: Run) -> None:
    """Event tools name a source by a key: which of the configured ones it is, decides."""
    argument = tool.scope.write_key
    given = run.arguments.wire().get(argument) if argument is not None else None
    names = _names_of_key(run.credentials, given)
    for name in names:
        _check_source(part, name)
    if not names and (given is not None or part.allow_sources is not None):
        which = "the given write key" if given is not None else "the default write key"
        raise NotPermitted(
            f"The host's policy is about sources, and {which} is of none that it named; nothing was sent.",
            hint=_hint(run.credentials, part),
        )


def _names_of_key(credentials: Credentials, given: str | None) -> list[str]:
    """The names of the configured sources that an event would go to; several where a mask fits several."""
    if given is None:
        key = credentials.key_for(None)
        return [name for name, held in credentials.write_keys.items() if held == key]
    given = given.strip()
    return [name for name, held in credentials.write_keys.items() if given in (name, held, mask(held))]


def _hint(credentials: Credentials, part: Policy) -> str:
    usable = [name for name in credentials.write_keys if _lets_through(name, part.allow_sources, part.deny_sources)]
    return f"Give writeKey as one of {', '.join(usable)}." if usable else "Tell the user."


def _lets_through(name: str, allowed: Collection[str] | None, denied: Collection[str]) -> bool:
    return not matches_any(name, denied) and (allowed is None or matches_any(name, allowed))


def _check_source(part: Policy, source: str) -> None:
    if not source:  # a tool for the whole workspace
        if part.allow_sources is not None:
            raise _not_allowed("A tool that is for no one source")
    elif not _lets_through(source, part.allow_sources, part.deny_sources):
        raise _not_allowed("This source")


def _source_id(tool: Tool[Any], arguments: Any) -> Generator[Request, Any, str]:
    """The id of the source that a management call is for; "" when it is for none."""
    scope = tool.scope
    if scope.source is not None:
        return str(arguments.wire().get(scope.source, ""))
    if scope.find_source is None:
        return ""
    try:
        found = yield from only_reads(scope.find_source(arguments))
    except ToolkitError as error:
        raise _unreadable("which source this is for", error) from None
    if not found:
        raise NotPermitted("The host's policy is about sources, and Segment does not say which one this is for.")
    return found


def _check_labels(part: Policy, tool: Tool[Any], run: Run, source: str) -> Generator[Request, Any, None]:
    scope = tool.scope
    given = exact(run.arguments).get(scope.labels) if scope.labels is not None else None
    for label in given if isinstance(given, list) else ():
        if not _label_passes(label, part):
            raise _not_allowed("One of these labels")
    if not source or scope.read_labels is None:
        if part.allow_labels is not None:
            raise _not_allowed("A tool that is for no one source")
        return
    try:
        carried = yield from only_reads(scope.read_labels(source))
    except ToolkitError as error:
        raise _unreadable("which labels the source carries", error) from None
    if any(_label_in(label, part.deny_labels) for label in carried):
        raise _not_allowed("A source with its labels")
    if part.allow_labels is not None and not any(_label_in(label, part.allow_labels) for label in carried):
        raise _not_allowed("A source with its labels")


def _label_passes(label: Document, part: Policy) -> bool:
    if _label_in(label, part.deny_labels):
        return False
    return part.allow_labels is None or _label_in(label, part.allow_labels)


def _label_in(label: Document, patterns: Collection[str]) -> bool:
    key, value = str(label.get("key")), str(label.get("value"))
    return matches_any(key, patterns) or matches_any(f"{key}:{value}", patterns)


def _unreadable(what: str, error: ToolkitError) -> NotPermitted:
    return NotPermitted(
        f"The host's policy needs to know {what}, and that could not be read: {error.message} Nothing was done.",
        hint="Tell the user.",
    )


def _not_allowed(what: str) -> NotPermitted:
    return NotPermitted(f"{what} is not allowed by the host's policy; nothing was sent.", hint="Tell the user.")
