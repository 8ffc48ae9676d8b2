"""What a provider is, in two kinds.

`Provider`: pure translations between the toolkit and a model vendor's format. It does nothing; `handling` does.
`AgenticProvider`: makes an agent framework's own tool objects, which the framework then calls by itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import InvalidParams

if TYPE_CHECKING:
    from ..call.toolcall import ToolCall
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope
    from .runner import Runner
    from .streaming import Accumulator


class Provider(ABC):
    """Translates between the toolkit and one vendor's format."""

    name: str

    @abstractmethod
    def wrap_tool(self, tool: ToolDefinition) -> Any:
        """A tool as the vendor takes it."""

    def wrap_tools(self, tools: Sequence[ToolDefinition]) -> Any:
        """Several tools as the vendor takes them: a list, unless the vendor has it otherwise."""
        return [self.wrap_tool(tool) for tool in tools]

    @abstractmethod
    def tool_calls(self, response: Any) -> list[ToolCall]:
        """The calls in a reply, in order, each as it came. Raises InvalidParams for what is no reply at all."""

    @abstractmethod
    def tool_call(self, call: Any) -> ToolCall:
        """One call of a reply, as it came."""

    @abstractmethod
    def message(self, envelope: Envelope) -> Any:
        """The result of one call, ready to append to the conversation."""

    def messages(self, envelopes: Sequence[Envelope]) -> list[Any]:
        """The results of a reply's calls: a message for each, unless the vendor wants them in one. None for none."""
        return [self.message(envelope) for envelope in envelopes]

    def accumulator(self) -> Accumulator:
        """A collector of one streamed reply. Raises TypeError where streams are not read."""
        raise TypeError(f"{self.name} has no reader of streams")


class AgenticProvider(ABC):
    """Makes tool objects of an agent framework. Each runs `runner.run(tool.slug, arguments)`, or awaits `arun`.

    It imports its framework in `wrap_tool` at the earliest, with `runner.sdk`, so that naming it costs nothing.
    """

    name: str

    @abstractmethod
    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        """A tool as the framework takes it. `tool` and its schemas are the provider's own copy."""

    def wrap_tools(self, tools: Sequence[ToolDefinition], runner: Runner) -> Any:
        """Several tools as the framework takes them: a list, unless the framework has it otherwise."""
        return [self.wrap_tool(tool, runner) for tool in tools]


AnyProvider = Provider | AgenticProvider


def member(value: Any, name: str) -> Any:
    """A member of an SDK object or of the same thing as a dict; None when it has none."""
    if isinstance(value, Mapping):
        return value.get(name)
    return getattr(value, name, None)


def decoded(response: Any) -> Any:
    """A reply given as JSON text, decoded; any other as it is. Raises InvalidParams for text that is not JSON."""
    if not isinstance(response, str | bytes | bytearray):
        return response
    import json

    try:
        return json.loads(response)
    except (ValueError, RecursionError):
        raise InvalidParams("The reply is not valid JSON.", hint="Pass the SDK's object, a dict or its JSON.") from None


def as_text(envelope: Envelope) -> str:
    """The envelope as the JSON text that a model reads. What a host's own code put into it may not be JSON."""
    import json

    try:
        text = json.dumps(envelope, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, TypeError, RecursionError):  # UnicodeEncodeError is a ValueError
        text = json.dumps(
            {"data": {"text": repr(envelope.data)}, "error": envelope.error, "successful": envelope.successful}
        )
    return text
