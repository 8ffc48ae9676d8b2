"""What stands around a tool's flow when the host asked for it: a look ahead at events, a look back at writes."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ..errors import InvalidArguments, NotPermitted, ToolkitError
from ..tool import Api, Effect, JsonObject, Tool, Verdict
from .counters import compared, tallies
from .sending import Sending, sendings

if TYPE_CHECKING:
    from ..call.run import Run
    from ..settings import Settings
    from .forecast import Forecast
    from .memory import Memory

LOST = "the answer was lost; reading back shows that it was done"
Steps = Generator[Any, Any, JsonObject]


class Truth:
    """One for each dispatcher."""

    def __init__(self, settings: Settings, memory: Memory) -> None:
        self._preflight = settings.preflight
        self._verify = settings.verify
        self._memory = memory

    def steps(self, run: Run, tool: Tool[Any], arguments: Any) -> Steps:
        """The tool's own flow, and what stands around it."""
        if tool.api is Api.TRACKING:
            return (yield from self._events(run, tool, arguments))
        if self._verify and tool.effect is not Effect.READ and tool.verify is not None:
            return (yield from _read_back(run, tool, arguments))
        return (yield from tool.run(arguments))

    def _events(self, run: Run, tool: Tool[Any], arguments: Any) -> Steps:
        sent = yield from sendings(tool, arguments, run.credentials)
        warnings: list[str] = []
        if self._preflight is not None:
            from .forecast import foresee  # late: it needs jsonschema, which takes long to load

            forecast = yield from foresee(sent, run.credentials, self._memory)
            if self._preflight == "refuse" and forecast.blocked:
                raise _refusal(tool, arguments, forecast)
            warnings = forecast.warnings()
        data = yield from self._counted(run, tool, arguments, sent)
        if warnings:
            data["warnings"] = [*data.get("warnings", ()), *warnings]
        return data

    def _counted(self, run: Run, tool: Tool[Any], arguments: Any, sent: list[Sending]) -> Steps:
        """Send events; to verify, with Segment's counters read before and after."""
        if not self._verify:
            return (yield from tool.run(arguments))
        before = yield from tallies(sent, run.credentials, self._memory)
        data = yield from tool.run(arguments)
        verdict = before if isinstance(before, Verdict) else (yield from compared(before))
        return _with(run, data, verdict)


def _refusal(tool: Tool[Any], arguments: Any, forecast: Forecast) -> ToolkitError:
    """What the model can mend is told as a problem of its arguments; a key or a source that is wrong is the host's."""
    problems = forecast.refusals()
    document = arguments.model_dump(by_alias=True, exclude_none=True)
    if any(event.reason in ("unknown_source", "source_disabled") for event in forecast.blocked):
        return NotPermitted(
            f"Segment would answer 200 and drop this: {forecast.blocked[0].text}. Nothing was sent.",
            hint="The host must give another write key or switch the source on; the same call will be refused again.",
            data=tool.refusal_data(document, problems),
        )
    return InvalidArguments(problems, data=tool.refusal_data(document, problems))


def _read_back(run: Run, tool: Tool[Any], arguments: Any) -> Steps:
    """Write, then look whether it is as asked. A lost answer is no longer unknown when the look shows it was done."""
    try:
        data = yield from tool.run(arguments)
    except ToolkitError as error:
        if not error.outcome_unknown:
            raise
        verdict = yield from looked(tool, arguments)
        if verdict.status == "verified" and verdict.data is not None:
            run.notes.append(LOST)
            return _with(run, verdict.data, verdict._replace(reason=f"{LOST}: {verdict.reason}"))
        _with(run, error.data, verdict)
        raise _explained(error, verdict, repeatable=tool.idempotent) from None
    return _with(run, data, (yield from looked(tool, arguments)))


def looked(tool: Tool[Any], arguments: Any) -> Generator[Any, Any, Verdict]:
    """What reading back says of a write. Never raises ToolkitError."""
    if tool.verify is None:
        return Verdict("unverified", "there is nothing to read back for this tool")
    try:
        return (yield from tool.verify(arguments))
    except ToolkitError as error:
        return Verdict("unverified", f"it could not be read back: {error.message}")


def _with(run: Run, data: JsonObject, verdict: Verdict) -> JsonObject:
    """The data with the verdict in it, which goes beside the envelope too: there without data, which may hold keys."""
    run.verification = verdict._replace(reason=run.redactor.text(verdict.reason), data=None)
    data["verification"] = run.verification.short()
    return data


def _explained(error: ToolkitError, verdict: Verdict, *, repeatable: bool) -> ToolkitError:
    """A lost answer of which reading back shows that it is not done, or nothing."""
    if verdict.status == "contradicted":
        error.message = f"{error.message} Reading back shows that it is not done: {verdict.reason}."
        error.hint = "Look again before you repeat it: what was lost may still be on its way." + (
            " Doing it twice changes nothing." if repeatable else ""
        )
    else:
        error.message = f"{error.message} Reading back did not tell: {verdict.reason.rstrip('.')}."
    return error
