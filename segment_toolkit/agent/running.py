"""`run_agent` and `arun_agent`: what a conversation asks for, done with a client and a toolkit."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import InvalidParams
from ..handling import AsyncBoundProvider, BoundProvider
from ..observe.agent_span import agent_span
from ..policy.scopes import RunScope, policy_scope
from ..providers.openai import OpenAIProvider
from ..tools import AsyncTools, Tools
from .conversation import Act, Ask, Conversation, Limits, Refuse
from .outcome import AgentEvent, AgentRun, Finished

if TYPE_CHECKING:
    from ..toolkit import AsyncSegmentToolkit, SegmentToolkit

Messages = Sequence[Mapping[str, Any]]
OnEvent = Callable[[AgentEvent], object]
OnEventAsync = Callable[[AgentEvent], Awaitable[object] | object]


def run_agent(
    client: Any,
    model: str,
    messages: Messages,
    toolkit: SegmentToolkit,
    *,
    events: OnEvent | None = None,
    **options: Any,
) -> AgentRun:
    """Let the model call tools until it answers in words, and return how that went.

    Args:
        client: anything with `chat.completions.create` (openai's, LiteLLM's), or such a function itself.
        messages: the conversation so far, in the chat-completions form: dicts or the SDK's objects. Never changed;
            the run has its own list.
        toolkit: runs the calls. With an `OpenAIProvider` of its own, that one is used (so `strict` holds).
        events: called with each event as it happens. To pull them instead, iterate over `agent_events`.
        user_id: your tenant, for whom the calls run.
        tools, tags: the tools that this agent has, by slug or tag; all by default. Others are neither listed nor run.
        modifiers: as in `tools.get` and `handle_tool_calls`.
        max_turns: replies of the model, at most (10). The calls of the last one are still run and answered.
        max_calls: tool calls run, at most (50). More are answered with a refusal, once; then the run stops.
        Any other option goes to the client with every request. A forcing `tool_choice` goes with the first only.

    A run whose last reply is no whole answer (cut off, filtered, refused, empty) says so in `stopped`, and is not
    `finished`. What the client raises is raised as it is; `TurnEnded` has the transcript to go on from. InvalidParams
    is raised for an answer that is no chat completion, UnknownTool for a slug in `tools` that is none, TypeError for an
    async client.
    """
    run: AgentRun | None = None
    for event in agent_events(client, model, messages, toolkit, **options):
        if events is not None:
            events(event)
        if isinstance(event, Finished):
            run = event.run
    assert run is not None  # noqa: S101 - Finished is the last event
    return run


def agent_events(
    client: Any, model: str, messages: Messages, toolkit: SegmentToolkit, **options: Any
) -> Iterator[AgentEvent]:
    """`run_agent` as an iterator over its events; the last is Finished, with the run. Stop iterating to stop it."""
    if not isinstance(toolkit.tools, Tools):
        raise TypeError("run_agent takes a SegmentToolkit; with an AsyncSegmentToolkit use arun_agent")
    create, plan = _create(client), _Plan(toolkit, model, messages, **options)
    bound = BoundProvider(plan.provider, toolkit.tools)
    return _driven(create, plan, bound)


def _driven(create: Callable[..., Any], plan: _Plan, bound: BoundProvider) -> Iterator[AgentEvent]:
    steps = plan.conversation.steps(plan.request)
    answer: Any = None
    with agent_span(plan.watch, plan.model) as span:
        while True:
            try:
                step = steps.send(answer)
            except StopIteration:
                return
            answer = None
            if isinstance(step, Ask):
                with span.during():
                    answer = _asked(create, step)
            elif isinstance(step, Act):
                with span.during(), policy_scope(plan.scope):  # not around the yields: the code between is the host's
                    answer = bound.handle_tool_calls(plan.user_id, step.reply, plan.modifiers)
            elif isinstance(step, Refuse):
                with span.during():
                    answer = plan.tools.refuse(step.call, step.error, user_id=plan.user_id)
            else:
                span.saw(step)
                yield step


def _asked(create: Callable[..., Any], step: Ask) -> Any:
    answer = create(**step.request)
    if inspect.isawaitable(answer):
        getattr(answer, "close", lambda: None)()
        raise TypeError("run_agent takes a sync client; with an async one use arun_agent")
    return answer


async def arun_agent(
    client: Any,
    model: str,
    messages: Messages,
    toolkit: AsyncSegmentToolkit,
    *,
    events: OnEventAsync | None = None,
    **options: Any,
) -> AgentRun:
    """`run_agent` with an async client and an AsyncSegmentToolkit; `events` may be async too."""
    run: AgentRun | None = None
    async for event in aagent_events(client, model, messages, toolkit, **options):
        if events is not None:
            told = events(event)
            if inspect.isawaitable(told):
                await told
        if isinstance(event, Finished):
            run = event.run
    assert run is not None  # noqa: S101 - Finished is the last event
    return run


def aagent_events(
    client: Any, model: str, messages: Messages, toolkit: AsyncSegmentToolkit, **options: Any
) -> AsyncIterator[AgentEvent]:
    """`agent_events`, for `async for`."""
    if not isinstance(toolkit.tools, AsyncTools):
        raise TypeError("arun_agent takes an AsyncSegmentToolkit; with a SegmentToolkit use run_agent")
    create, plan = _create(client), _Plan(toolkit, model, messages, **options)
    bound = AsyncBoundProvider(plan.provider, toolkit.tools)
    return _adriven(create, plan, bound)


async def _adriven(create: Callable[..., Any], plan: _Plan, bound: AsyncBoundProvider) -> AsyncIterator[AgentEvent]:
    steps = plan.conversation.steps(plan.request)
    answer: Any = None
    with agent_span(plan.watch, plan.model) as span:
        while True:
            try:
                step = steps.send(answer)
            except StopIteration:
                return
            answer = None
            if isinstance(step, Ask):
                with span.during():
                    answer = create(**step.request)
                    if inspect.isawaitable(answer):
                        answer = await answer
            elif isinstance(step, Act):
                with span.during(), policy_scope(plan.scope):
                    answer = await bound.handle_tool_calls(plan.user_id, step.reply, plan.modifiers)
            elif isinstance(step, Refuse):
                with span.during():
                    answer = plan.tools.refuse(step.call, step.error, user_id=plan.user_id)
            else:
                span.saw(step)
                yield step


class _Plan:
    """The options of a run, checked before anything is asked."""

    def __init__(
        self,
        toolkit: SegmentToolkit | AsyncSegmentToolkit,
        model: str,
        messages: Messages,
        *,
        user_id: str | None = None,
        tools: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        modifiers: Sequence[Any] | None = None,
        max_turns: int = 10,
        max_calls: int = 50,
        **request: Any,
    ) -> None:
        if max_turns < 1 or max_calls < 0:
            raise InvalidParams("max_turns must be at least 1, max_calls at least 0.")
        if request.get("stream"):
            raise InvalidParams("run_agent reads whole replies; leave stream out.")
        self.user_id, self.modifiers = user_id, modifiers
        self.tools, self.watch, self.model = toolkit.tools, toolkit._watch, model
        self.scope = RunScope()
        self.provider = _provider(toolkit.provider.provider)
        definitions = toolkit.tools._raw(None, modifiers, tools=tools, tags=tags)
        listed = self.provider.wrap_tools(definitions)
        self.request = {"model": model, **request, **({"tools": listed} if listed else {})}
        slugs = [definition.slug for definition in definitions]
        self.conversation = Conversation(messages, self.provider, slugs, Limits(max_turns, max_calls))


def _provider(given: object) -> OpenAIProvider:
    """The client speaks chat completions, so the tools must, whatever the toolkit is used with elsewhere."""
    return given if isinstance(given, OpenAIProvider) else OpenAIProvider()


def _create(client: Any) -> Callable[..., Any]:
    create = getattr(getattr(getattr(client, "chat", None), "completions", None), "create", client)
    if not callable(create):
        raise TypeError("the client must have chat.completions.create, or be such a function")
    return create  # type: ignore[no-any-return]
