"""The span of an agent's run, where the process makes spans; else nothing, which costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .otel import AgentSpan
    from .watch import Watch


class NoSpan:
    """An `otel.AgentSpan` that is none."""

    def during(self) -> AbstractContextManager[None]:
        """Around asking the model, and around running its calls."""
        return nullcontext()

    def saw(self, event: object) -> None:
        """Told of each event of the run."""


@contextmanager
def agent_span(watch: Watch, model: str) -> Iterator[AgentSpan | NoSpan]:
    """A span for as long as the block runs. An agent that its host stops iterating over has not failed."""
    telemetry = watch.opentelemetry()
    if telemetry is None:
        yield NoSpan()
        return
    span = telemetry.agent(model)
    failed: str | None = None
    try:
        yield span
    except Exception as error:
        failed = type(error).__name__
        raise
    finally:
        span.finish(failed)
