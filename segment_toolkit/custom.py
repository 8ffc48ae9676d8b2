"""Tools of the host's own: a function with a pydantic model becomes a tool like Segment's, envelope and all.

Both of Composio's spellings build it: `toolkit.tools.custom_tool` and `toolkit.experimental.tool`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from pydantic import BaseModel

from .errors import InvalidParams
from .schema import portable
from .tool import Effect, Flow, HostCall, Result, Tool

CustomFunction = Callable[..., Any]


class AnyResult(Result):
    """What a host's function returns is its own affair."""


def custom_tool(
    function: CustomFunction, *, slug: str | None = None, name: str | None = None, description: str | None = None
) -> Tool[Any]:
    """The tool of a function whose first parameter is annotated with a pydantic model. Raises InvalidParams."""
    slug = (slug or function.__name__).upper()
    text = description or inspect.getdoc(function)
    if not re.fullmatch(r"[A-Z_][A-Z0-9_-]{0,63}", slug):
        raise InvalidParams("A tool's slug must be 1 to 64 letters, digits, _ or -, and not start with a digit.")
    if not text:
        raise InvalidParams(f"{slug} needs a docstring: it is what the model reads.")
    model = _arguments_model(function, slug)
    try:
        portable(model)
    except (ValueError, KeyError) as error:
        raise InvalidParams(f"The arguments of {slug} have no portable JSON schema: {error}.") from error
    return Tool(
        slug=slug,
        title=name or slug.replace("_", " ").title(),
        toolset="custom",
        description=text,
        example={},
        effect=Effect.WRITE,
        api=None,
        arguments=model,
        result=AnyResult,
        run=lambda arguments: _run(slug, function, arguments),
    )


def _arguments_model(function: CustomFunction, slug: str) -> type[BaseModel]:
    parameters = list(inspect.signature(function).parameters)
    model = get_type_hints(function).get(parameters[0]) if parameters else None
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise InvalidParams(f"The first parameter of {slug} must be annotated with a pydantic model.")
    return model


def _run(slug: str, function: CustomFunction, arguments: BaseModel) -> Flow:
    # To the type of a tool's flow a host call is a detail of the engine.
    value: Any = yield HostCall(slug, function, (arguments,))  # type: ignore[misc]
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", by_alias=True)
    return dict(value) if isinstance(value, Mapping) else {"result": value}
