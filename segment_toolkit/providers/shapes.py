"""Reading what comes from vendors' SDKs, and writing what goes back to them, whatever its type."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..call.toolcall import parse
from ..definitions.allowed import allowed
from ..definitions.strict import loose
from ..encoding import unsendable
from ..errors import InvalidParams, MalformedToolCall
from ..names import well_formed
from .base import as_text, member

if TYPE_CHECKING:
    from ..call.toolcall import ToolCall
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope


def parameters(tool: ToolDefinition) -> dict[str, Any]:
    """The tool's schema by allow-list, without the words that change nothing for a model."""
    return loose(allowed(tool.input_parameters))


def metadata(tool: ToolDefinition) -> dict[str, Any]:
    """What a framework keeps of a tool for the host, and shows no model."""
    return {
        "toolkit": tool.toolkit.slug, "effect": tool.effect, "needs_approval": tool.needs_approval, **tool.hints,
    }  # fmt: skip


def items(value: Any, what: str) -> list[Any]:
    """A list of an SDK's or of JSON; [] for None. Raises InvalidParams for anything else."""
    if value is None:
        return []
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise InvalidParams(f"{what} is not a list.")
    return list(value)


def first(value: Any) -> Any:
    """The first of a list, None of anything else."""
    return value[0] if isinstance(value, Sequence) and value and not isinstance(value, str | bytes) else None


def either(value: Any, *names: str) -> Any:
    """The first member by one of these names: an SDK's spelling, or the wire's."""
    for name in names:
        found = member(value, name)
        if found is not None:
            return found
    return None


#: What vendors call the end of a reply that came before the model's own: a limit, a filter, a call gone wrong.
_CUT_OFF = frozenset({
    "length", "model_length", "content_filter", "incomplete", "max_tokens", "model_context_window_exceeded", "refusal",
    "content_filtered", "guardrail_intervened", "malformed_tool_use", "MAX_TOKENS", "MALFORMED_FUNCTION_CALL",
})  # fmt: skip


def cut_off(reason: Any) -> str | None:
    """The vendor's word for how a reply ended, if that was not the model's doing; else None."""
    word = getattr(reason, "value", reason)  # Gemini's is an enum
    return word if isinstance(word, str) and word in _CUT_OFF else None


def cut_in(calls: list[ToolCall], reason: Any) -> list[ToolCall]:
    """The calls of a reply that ends with the last of them, which says so if the reply was cut off there."""
    cut = cut_off(reason)
    return [*calls[:-1], calls[-1]._replace(cut=cut)] if calls and cut else calls


def echoed(arguments: Any) -> str:
    """The arguments of a chat completion's call as every vendor takes them back: JSON text of an object, {} for none.

    LiteLLM raises for any other text on its way to Anthropic or Gemini, which ends a conversation over one bad call.
    """
    try:
        found = parse(arguments)
    except MalformedToolCall:
        return "{}"
    # Half a character cannot be sent as it is, but JSON can say it in ASCII.
    if isinstance(arguments, str) and arguments.lstrip().startswith("{") and not unsendable(arguments):
        return arguments
    try:
        return json.dumps(found, allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        return "{}"


def text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def as_object(envelope: Envelope) -> dict[str, Any]:
    """The envelope as an object that JSON can say."""
    found: dict[str, Any] = json.loads(as_text(envelope))
    return found


def encodable(value: Any) -> Any:
    """A copy of JSON data that goes back to its vendor, in which every text can be sent as UTF-8."""
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, dict):
        return {encodable(key): encodable(member) for key, member in value.items()}
    return [encodable(item) for item in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """An SDK's object as dicts and lists, without what is unset; JSON as it is."""
    if isinstance(value, Mapping):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    dump = getattr(value, "model_dump", None)
    return dump(mode="json", exclude_none=True) if callable(dump) else value
