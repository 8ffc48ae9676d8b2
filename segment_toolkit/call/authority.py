"""What the host decides about calls, in one place: its policy, its approvals, its previews. One for each toolkit.

    permit → validate → judge → account → admit → flow

`permit` decides by the tool alone; `judge` by the arguments, before the account is known; `admit` by what only the
account can tell, then counts the call, and has it approved. The last two are generators, and send nothing but reads.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ..approvals.gate import Gate
from ..approvals.preview import NOTE, NOTHING_TO_SHOW, preview_of
from ..policy.judge import Judge
from ..tool import Effect, JsonObject, Tool

if TYPE_CHECKING:
    from ..approvals.desk import Approvals
    from ..settings import Settings
    from .run import Run

Steps = Generator[Any, Any, JsonObject | None]


class Authority:
    """Asks policy and approvals. Most calls need neither: `judges` and `admits` say so beforehand, at no cost."""

    def __init__(self, settings: Settings, desk: Approvals) -> None:
        self._judge = Judge(settings.policy) if settings.policy is not None else None
        self._preview = bool(settings.preview)
        self._gate = Gate(settings.approve, desk)

    @property
    def judges(self) -> bool:
        """Whether there is a policy."""
        return self._judge is not None

    def permit(self, tool: Tool[Any]) -> None:
        """What the policy says to the tool, whatever its arguments. Raises NotPermitted."""
        if self._judge is not None:
            self._judge.permits(tool)

    def judge(self, run: Run, tool: Tool[Any]) -> Generator[Any, Any, None]:
        """What the policy says to the arguments. Raises NotPermitted; may change `run.arguments`."""
        if self._judge is not None:
            yield from self._judge.judge(run, tool)

    def admits(self, run: Run, tool: Tool[Any]) -> bool:
        """Whether `admit` has anything to do."""
        return (
            self._judge is not None
            or tool.effect is Effect.DESTRUCTIVE
            or (tool.effect is not Effect.READ and (self._preview or bool(run.caller.preview)))
        )

    def admit(self, run: Run, tool: Tool[Any]) -> Steps:
        """None when the call may run, its preview when it shall only be shown. Raises NotPermitted."""
        if self._judge is not None:
            yield from self._judge.judge_on_account(run, tool)
        if tool.effect is not Effect.READ and (self._preview or run.caller.preview):
            return (yield from _previewed(run, tool))
        release = self._judge.reserve(run, tool) if self._judge is not None else None
        try:
            if self._needs_approval(tool):
                yield from self._gate.pass_(run, tool)
        except BaseException:  # also a task that is cancelled while somebody is asked
            if release is not None:
                release()
            raise
        run.uncount = release
        return None

    def _needs_approval(self, tool: Tool[Any]) -> bool:
        if tool.effect is Effect.DESTRUCTIVE:
            return True
        return self._judge is not None and self._judge.policy.needs_approval(tool.slug, tool.effect.value)


def _previewed(run: Run, tool: Tool[Any]) -> Generator[Any, Any, JsonObject]:
    preview = yield from preview_of(run, tool)
    run.previewed = True
    more = {"override_needed": preview.override} if preview.override else {}
    return {"preview": True, **preview.data, **more, "note": NOTHING_TO_SHOW if tool.api is None else NOTE}
