"""What the tools cost a model to read: tokens for each tool, form and profile.

Counted is the compact JSON that a request holds. With `bpe-openai` installed (extra `tokens`) or `tiktoken`, the count
is exact for that text in OpenAI's o200k_base; without, it is bytes / 4, and says so. A vendor renders the JSON into its
own prompt, and has its own tokenizer: take the counts of other vendors' forms as a ranking.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from .forms import FORMS, listed, wrapper

if TYPE_CHECKING:
    from .definition import ToolDefinition

ENCODING = "o200k_base"
#: Profile -> whether a tool is in it.
PROFILES: dict[str, Callable[[ToolDefinition], bool]] = {
    "all": lambda _: True,
    "tracking": lambda tool: "tracking" in tool.tags,
    "management": lambda tool: "tracking" not in tool.tags,
    "read-only": lambda tool: tool.effect == "read",
}


class Tokenizer(NamedTuple):
    """`estimated` is True when there is no tokenizer, and bytes are divided."""

    name: str
    estimated: bool
    tokens: Callable[[str], int]


class Cost(NamedTuple):
    """Tokens in one form: of each tool alone by slug, and of each profile's whole listing."""

    form: str
    tools: dict[str, int]
    profiles: dict[str, int]


def tokenizer() -> Tokenizer:
    """The best one that is installed. None is fetched: tiktoken is used only if it has its vocabulary already."""
    for load in (_bpe_openai, _tiktoken):
        found = load()
        if found is not None:
            return found
    return Tokenizer("estimate: bytes / 4", True, lambda text: -(-len(text.encode()) // 4))


def costs(tools: Sequence[ToolDefinition], count: Callable[[str], int], forms: Sequence[str] = FORMS) -> list[Cost]:
    """The cost of the tools in every form."""
    return [_cost(form, tools, count) for form in forms]


def _cost(form: str, tools: Sequence[ToolDefinition], count: Callable[[str], int]) -> Cost:
    wrap = wrapper(form)
    return Cost(
        form,
        {tool.slug: count(compact(wrap(tool))) for tool in tools},
        {name: _listing(form, [tool for tool in tools if has(tool)], count) for name, has in PROFILES.items()},
    )


def _listing(form: str, tools: Sequence[ToolDefinition], count: Callable[[str], int]) -> int:
    return count(compact(listed(form, tools))) if tools else 0


def compact(value: Any) -> str:
    """JSON as SDKs send it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _bpe_openai() -> Tokenizer | None:
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # it reads its vocabulary with a deprecated function
            encoding = import_module("bpe_openai").get_encoding(ENCODING)
    except ImportError:
        return None
    return Tokenizer(f"{ENCODING} (bpe-openai)", False, lambda text: len(encoding.encode(text)))


def _tiktoken() -> Tokenizer | None:
    import os

    if not os.environ.get("TIKTOKEN_CACHE_DIR"):
        return None  # it would fetch the vocabulary from the network
    try:
        encoding = import_module("tiktoken").get_encoding(ENCODING)
    except (ImportError, OSError, ValueError):
        return None
    return Tokenizer(f"{ENCODING} (tiktoken)", False, lambda text: len(encoding.encode(text)))
