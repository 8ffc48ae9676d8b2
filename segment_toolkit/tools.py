"""`toolkit.tools`: list the tools in the provider's format, execute one, add one of the host's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .call.toolcall import ToolCall
from .definitions.definition import ToolDefinition
from .errors import InvalidParams, ToolkitError
from .providers.base import AnyProvider, Provider
from .providers.runner import AsyncRunner, Runner
from .secrecy.discreet import discreet, discreet_async

if TYPE_CHECKING:
    from .call.engine import AsyncEngine, Engine
    from .envelope import Envelope
    from .registry import Registry


class _Catalogue:
    """What sync and async toolkits share: listing, which needs no network and no credentials, and custom tools."""

    def __init__(self, registry: Registry, provider: AnyProvider) -> None:
        self._registry = registry
        self._provider = provider

    def _raw(
        self, slug: str | None = None, modifiers: Sequence[Any] | None = None, **filters: Any
    ) -> list[ToolDefinition]:
        for name in ("tools", "toolkits", "tags"):
            if isinstance(filters.get(name), str):
                filters[name] = [filters[name]]
            if not all(isinstance(given, str) for given in filters.get(name) or ()):
                raise InvalidParams(f'{name} takes names, as in tools=["SEGMENT_TRACK"], not what tools.get() returns.')
        if slug is not None:
            filters["tools"] = [slug, *(filters.get("tools") or ())]
        scopes = filters.pop("scopes", None)
        if scopes:
            raise InvalidParams("Segment's tools have no scopes; filter with tags instead.")
        found = self._registry.definitions(**filters)
        return [_modified(definition, modifiers) for definition in found]

    def runner(self, user_id: str | None = None, modifiers: Sequence[Any] | None = None) -> Runner:
        """What an agent framework's tools run with."""
        raise NotImplementedError

    def wrapped(
        self, tools: Sequence[ToolDefinition], user_id: str | None = None, modifiers: Sequence[Any] | None = None
    ) -> Any:
        """Definitions in the provider's format."""
        if isinstance(self._provider, Provider):
            return self._provider.wrap_tools(tools)
        return self._provider.wrap_tools([portable_copy(tool) for tool in tools], self.runner(user_id, modifiers))

    @property
    def registry(self) -> Registry:
        """Where the tools and their definitions come from."""
        return self._registry

    def _add(self, function: Callable[..., Any], toolkit: str | None, **options: Any) -> Callable[..., Any]:
        from .custom import custom_tool

        self._registry.add(custom_tool(function, **options), toolkit or "custom")
        return function

    def custom_tool(
        self, function: Callable[..., Any] | None = None, *, toolkit: str | None = None, slug: str | None = None,
        name: str | None = None, description: str | None = None, input_schema: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """Make a function a tool. Bare or with options as a decorator; returns the function.

        Its first parameter is annotated with a pydantic model, its docstring is the description, its upper-cased name
        the slug. With `input_schema`, a JSON Schema, it gets a dict instead. An async function needs
        AsyncSegmentToolkit. Raises InvalidParams.
        """
        options = {"slug": slug, "name": name, "description": description, "input_schema": input_schema}
        if function is not None:
            return self._add(function, toolkit, **options)
        return lambda f: self._add(f, toolkit, **options)


def portable_copy(definition: ToolDefinition) -> ToolDefinition:
    """The definition with a schema that every framework takes."""
    from .definitions.allowed import allowed

    return ToolDefinition(**{**vars(definition), "input_parameters": allowed(definition.input_parameters)})


def _modified(definition: ToolDefinition, modifiers: Sequence[Any] | None) -> ToolDefinition:
    if not modifiers:
        return definition
    from .modifiers import matching

    slug, toolkit = definition.slug, definition.toolkit.slug
    for modifier in matching(modifiers, "schema", slug, toolkit):
        definition = modifier(slug, toolkit, definition)
        if not isinstance(definition, ToolDefinition):
            raise InvalidParams("A schema_modifier must return the tool definition.")
    return definition


class Tools(_Catalogue):
    """`toolkit.tools` of a SegmentToolkit: list the tools, run one, add one."""

    def __init__(self, registry: Registry, provider: AnyProvider, engine: Callable[[], Engine]) -> None:
        super().__init__(registry, provider)
        self._engine = engine

    def get(
        self, user_id: str | None = None, *, slug: str | None = None, tools: Sequence[str] | None = None,
        search: str | None = None, toolkits: Sequence[str] | None = None, scopes: Sequence[str] | None = None,
        tags: Sequence[str] | None = None, modifiers: Sequence[Any] | None = None, limit: int | None = None,
    ) -> Any:  # fmt: skip
        """The tools in the provider's format: all of them in a stable order, or those that pass every filter.

        The tools are the same for every user. An agent framework's tool objects run for `user_id` with `modifiers`.
        Raises UnknownTool for a slug that is none, naming the nearest, and InvalidParams for an unknown toolkit.
        """
        found = self._raw(
            slug, modifiers, tools=tools, search=search, toolkits=toolkits, scopes=scopes, tags=tags, limit=limit
        )
        return self.wrapped(found, user_id, modifiers)

    def runner(self, user_id: str | None = None, modifiers: Sequence[Any] | None = None) -> Runner:
        """What an agent framework's tools run with."""
        from .replies.turns import Order

        return Runner(
            lambda call, **more: self.run(call, user_id=user_id, modifiers=modifiers, **more),
            Order(self._registry.definition),
        )

    def get_raw_composio_tools(
        self, tools: Sequence[str] | None = None, search: str | None = None, toolkits: Sequence[str] | None = None,
        scopes: Sequence[str] | None = None, limit: int | None = None, tags: Sequence[str] | None = None,
    ) -> list[ToolDefinition]:  # fmt: skip
        """The definitions themselves, vendor-neutral."""
        return self._raw(tools=tools, search=search, toolkits=toolkits, scopes=scopes, tags=tags, limit=limit)

    def get_raw_composio_tool_by_slug(self, slug: str) -> ToolDefinition:
        """One definition. Raises UnknownTool."""
        return self._registry.definition(slug)

    get_raw_tools = get_raw_composio_tools
    get_raw_tool_by_slug = get_raw_composio_tool_by_slug

    @discreet
    def execute(
        self, slug: str, arguments: Any = None, *, connected_account_id: str | None = None,
        custom_auth_params: Mapping[str, Any] | None = None, custom_connection_data: Mapping[str, Any] | None = None,
        user_id: str | None = None, text: str | None = None, version: str | None = None,
        dangerously_skip_version_check: bool | None = None, modifiers: Sequence[Any] | None = None,
        approval: str | None = None, override: bool = False, preview: bool = False,
    ) -> Envelope:  # fmt: skip
        """Run one tool. Returns an envelope for everything that the arguments, the account or Segment do.

        `custom_auth_params` are credentials for this call alone, by name. `version` and its check are Composio's and do
        nothing here: there is one version. Raises InvalidParams for `text`: there is no model here to read it.
        `approval` is the token of a call that was refused before (`envelope.approval.token`), with `override` where its
        preview asks for one. `preview` shows what a write would send, and sends nothing but reads.
        """
        del version, dangerously_skip_version_check
        auth = _call_credentials(custom_auth_params, custom_connection_data, text)
        return self.run(
            ToolCall(slug, arguments), user_id=user_id, connected_account_id=connected_account_id,
            custom_auth_params=auth, modifiers=modifiers, approval=approval, override=override, preview=preview,
        )  # fmt: skip

    def run(self, call: ToolCall, **options: Any) -> Envelope:
        """Run one tool call for a caller (see `run.Caller` for the options)."""
        return self._engine().run(call, **options)

    def run_all(self, calls: Sequence[ToolCall], **options: Any) -> list[Envelope]:
        """Run the calls of one reply: together where that changes nothing (see `schedule`), answered in order."""
        return self._engine().run_all(calls, **options)

    def refuse(self, call: ToolCall, error: ToolkitError, **options: Any) -> Envelope:
        """The envelope of a call that an agent's loop does not run. It is recorded like every other call."""
        return self._engine().refuse(call, error, **options)


class AsyncTools(_Catalogue):
    """`toolkit.tools` of an AsyncSegmentToolkit: as `Tools`, awaiting."""

    def __init__(self, registry: Registry, provider: AnyProvider, engine: Callable[[], AsyncEngine]) -> None:
        super().__init__(registry, provider)
        self._engine = engine

    async def get(
        self, user_id: str | None = None, *, slug: str | None = None, tools: Sequence[str] | None = None,
        search: str | None = None, toolkits: Sequence[str] | None = None, scopes: Sequence[str] | None = None,
        tags: Sequence[str] | None = None, modifiers: Sequence[Any] | None = None, limit: int | None = None,
    ) -> Any:  # fmt: skip
        """As `Tools.get`."""
        found = self._raw(
            slug, modifiers, tools=tools, search=search, toolkits=toolkits, scopes=scopes, tags=tags, limit=limit
        )
        return self.wrapped(found, user_id, modifiers)

    def runner(self, user_id: str | None = None, modifiers: Sequence[Any] | None = None) -> AsyncRunner:
        """What an agent framework's tools run with; made inside the event loop that they are to use."""
        from asyncio import get_running_loop

        from .replies.turns import Order

        def run(call: ToolCall, **more: Any) -> Awaitable[Envelope]:
            return self.run(call, user_id=user_id, modifiers=modifiers, **more)

        return AsyncRunner(run, lambda: self._engine().close(), get_running_loop(), Order(self._registry.definition))

    async def get_raw_composio_tools(
        self, tools: Sequence[str] | None = None, search: str | None = None, toolkits: Sequence[str] | None = None,
        scopes: Sequence[str] | None = None, limit: int | None = None, tags: Sequence[str] | None = None,
    ) -> list[ToolDefinition]:  # fmt: skip
        """As `Tools.get_raw_composio_tools`."""
        return self._raw(tools=tools, search=search, toolkits=toolkits, scopes=scopes, tags=tags, limit=limit)

    async def get_raw_composio_tool_by_slug(self, slug: str) -> ToolDefinition:
        """As `Tools.get_raw_composio_tool_by_slug`."""
        return self._registry.definition(slug)

    get_raw_tools = get_raw_composio_tools
    get_raw_tool_by_slug = get_raw_composio_tool_by_slug

    @discreet_async
    async def execute(
        self, slug: str, arguments: Any = None, *, connected_account_id: str | None = None,
        custom_auth_params: Mapping[str, Any] | None = None, custom_connection_data: Mapping[str, Any] | None = None,
        user_id: str | None = None, text: str | None = None, version: str | None = None,
        dangerously_skip_version_check: bool | None = None, modifiers: Sequence[Any] | None = None,
        approval: str | None = None, override: bool = False, preview: bool = False,
    ) -> Envelope:  # fmt: skip
        """As `Tools.execute`."""
        del version, dangerously_skip_version_check
        auth = _call_credentials(custom_auth_params, custom_connection_data, text)
        return await self.run(
            ToolCall(slug, arguments), user_id=user_id, connected_account_id=connected_account_id,
            custom_auth_params=auth, modifiers=modifiers, approval=approval, override=override, preview=preview,
        )  # fmt: skip

    async def run(self, call: ToolCall, **options: Any) -> Envelope:
        return await self._engine().run(call, **options)

    async def run_all(self, calls: Sequence[ToolCall], **options: Any) -> list[Envelope]:
        return await self._engine().run_all(calls, **options)

    def refuse(self, call: ToolCall, error: ToolkitError, **options: Any) -> Envelope:
        return self._engine().refuse(call, error, **options)


def _call_credentials(params: Any, connection: Any, text: str | None) -> Mapping[str, Any] | None:
    """The credentials of one call by name, from our shape or Composio's two. Raises InvalidParams for any other."""
    if text is not None:
        raise InvalidParams("text needs a model to read it; give arguments.")
    values = _values(connection)
    listed = params.get("parameters") if isinstance(params, Mapping) else None
    if isinstance(listed, Sequence) and not isinstance(listed, str):  # [{"in", "name", "value"}]
        params = {str(m.get("name")): m.get("value") for m in listed if isinstance(m, Mapping)}
    return {**values, **_values(params)} or None


def _values(given: Any) -> dict[str, Any]:
    """Named credentials, from a bare mapping or from the `val` of a connection."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidParams("The credentials of a call are a mapping of their names to their values.")
    values = given.get("val", given)
    return {k: v for k, v in values.items() if k != "status"} if isinstance(values, Mapping) else {"val": values}
