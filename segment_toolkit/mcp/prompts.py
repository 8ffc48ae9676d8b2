"""Prompts: two jobs that people come with, as steps with this server's own tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import mcp_types as types
from mcp.shared.exceptions import MCPError

from ..names import did_you_mean, quoted
from .catalogue import Catalogue
from .resources import LIMITS_URI, RECENT, WORKSPACE

Given = Mapping[str, str]
Steps = Callable[[Given, "Names"], list[str]]


class Names:
    """The names under which tools are listed. A step whose tool is not offered is left out."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def step(self, text: str, slug: str) -> list[str]:
        """The step with the tool's name in its braces, or nothing when the tool is missing."""
        name = self._catalogue.name_of(slug)
        return [] if name is None else [text.replace("{}", f"`{name}`", 1)]


class Job(NamedTuple):
    """One prompt: how it is listed, and its steps."""

    prompt: types.Prompt
    opening: str
    steps: Steps


def _argument(name: str, description: str, *, required: bool = False) -> types.PromptArgument:
    return types.PromptArgument(name=name, description=description, required=required)


def _instrument(given: Given, names: Names) -> list[str]:
    source = given.get("sourceId")
    return [
        f"Read the resource {WORKSPACE} to learn which sources there are."
        + (f" The events belong to the source {source}." if source else " Ask me which source the events belong to."),
        *names.step(
            "Look with {} at what the source's schema already allows and blocks.",
            "SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE",
        ),
        "Propose a tracking plan as a table: event (Object Action, in Title Case, past tense), when it fires, its "
        "properties (snake_case) with types, and who is meant (userId after login, anonymousId before). Reuse the "
        "names of Segment's semantic events where one fits. Put no secrets and no free text of users into properties.",
        "Show me the plan and wait for my yes.",
        *names.step("Then send one example of each event with {} and an id that marks it as a test.", "SEGMENT_TRACK"),
        f"Report what was accepted. Accepted means queued, not delivered. {LIMITS_URI} says what is lost silently.",
    ]


def _missing(given: Given, names: Names) -> list[str]:
    destination, since = given.get("destinationId"), given.get("since")
    shown = f"`{destination}`" if destination else "each destination of the source"
    window = f" since {since}" if since else ""
    return [
        f"Read the resource {WORKSPACE}. Is the source there and enabled? Segment answers 200 to a disabled source's "
        "events, and to unknown write keys, and drops them.",
        f"Read {RECENT}: were the calls of this session successful, and with which warnings?",
        *names.step(
            "See with {} whether the source's calls went up when the events were sent; if not, they never arrived: "
            "wrong region, wrong write key, a blocked or missing request.",
            "SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE",
        ),
        *names.step(
            "See with {} whether the schema blocks unplanned events, properties or traits.",
            "SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE",
        ),
        *names.step(f"See with {{}} whether {shown} is enabled and fed by this source.", "SEGMENT_GET_DESTINATION"),
        *names.step(
            f"Compare with {{}} for {shown}{window} what was delivered, filtered, retried and discarded, and why.",
            "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION",
        ),
        *names.step("If warehouses matter, list them with {}.", "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE"),
        f"Check the events themselves against {LIMITS_URI}: sizes, counts, and the ids each of them needs.",
        "Change nothing. Tell me the most likely cause, what shows it, and what would mend it.",
    ]


JOBS: Mapping[str, Job] = {
    job.prompt.name: job
    for job in (
        Job(
            types.Prompt(
                name="instrument_feature",
                title="Instrument a feature",
                description="Plan the events of a feature, agree on them, and send one example of each.",
                arguments=[
                    _argument("feature", "What the feature does and what is to be learned from it.", required=True),
                    _argument("sourceId", "Id of the source that the events belong to."),
                ],
            ),
            "Help me to instrument this feature with Segment: {feature}",
            _instrument,
        ),
        Job(
            types.Prompt(
                name="find_missing_events",
                title="Find out why events are missing",
                description="Follow events from the call to the destination, and name the place where they are lost.",
                arguments=[
                    _argument("event", "Name of the event, or which events.", required=True),
                    _argument("sourceId", "Id of the source that sends them."),
                    _argument("destinationId", "Id of the destination where they are missing."),
                    _argument("since", "Since when, ISO 8601."),
                ],
            ),
            "Find out why these events are missing: {event}",
            _missing,
        ),
    )
}


class Prompts:
    """Lists and writes them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._names = Names(catalogue)

    async def list(self, _ctx: Any, _params: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[job.prompt for job in JOBS.values()])

    async def get(self, _ctx: Any, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        """The prompt with its arguments filled in. Raises MCPError for an unknown one or a missing argument."""
        job = JOBS.get(params.name)
        if job is None:
            near = did_you_mean(params.name, JOBS, 1)
            raise _invalid(f"There is no prompt called {quoted(params.name)}{near or '.'}")
        given = {name: value.strip() for name, value in (params.arguments or {}).items() if value.strip()}
        for argument in job.prompt.arguments or ():
            if argument.required and argument.name not in given:
                raise _invalid(f"The prompt needs its argument {argument.name}.")
        lines = [job.opening.replace("{" + _main(job) + "}", given[_main(job)]), ""]
        if source := given.get("sourceId"):
            lines[0] += f" (source {source})"
        lines += [f"{number}. {step}" for number, step in enumerate(job.steps(given, self._names), 1)]
        message = types.PromptMessage(role="user", content=types.TextContent(text="\n".join(lines)))
        return types.GetPromptResult(description=job.prompt.description, messages=[message])


def _main(job: Job) -> str:
    return job.prompt.arguments[0].name if job.prompt.arguments else ""


def _invalid(text: str) -> MCPError:
    return MCPError(code=types.INVALID_PARAMS, message=text)
