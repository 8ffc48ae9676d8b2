"""Tools of the host's own: a function becomes a tool like Segment's, its arguments checked, its answer in an envelope.

Both of Composio's spellings build it: `toolkit.tools.custom_tool` and `toolkit.experimental.tool`. The arguments are a
pydantic model that the function's first parameter is annotated with, or a JSON Schema that the host has already
(`input_schema=`); then the function gets a dict. A second parameter called `ctx` gets the `Caller`: `ctx.user_id`.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_type_hints

from jsonschema import Draft202012Validator, SchemaError
from pydantic import BaseModel, ConfigDict

from .definitions.lint import PortabilityWarning, lint_tool
from .definitions.schema import portable
from .encoding import member_path, unsendable
from .errors import MOST_PROBLEMS, InternalError, InvalidParams, Problem
from .names import did_you_mean
from .tool import CALLER, Effect, Flow, HostCall, JsonObject, Result, Tool

CustomFunction = Callable[..., Any]


class AnyResult(Result):
    """What a host's function returns is its own affair."""


class AnyArguments(BaseModel):
    """Arguments whose shape a JSON Schema says: pydantic takes any object, and the rules judge it."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True, kw_only=True)
class SchemaTool(Tool[Any]):
    """A tool whose arguments are a JSON Schema of the host's."""

    given_schema: JsonObject

    @cached_property
    def input_schema(self) -> JsonObject:
        return self.given_schema


def custom_tool(
    function: CustomFunction,
    *,
    slug: str | None = None,
    name: str | None = None,
    description: str | None = None,
    input_schema: Mapping[str, Any] | None = None,
) -> Tool[Any]:
    """The tool of a host's function. Raises InvalidParams for what cannot be one; warns of what some vendor refuses."""
    slug = (slug or function.__name__).upper()
    text = description or inspect.getdoc(function)
    if not re.fullmatch(r"[A-Z_][A-Z0-9_-]{0,63}", slug):
        raise InvalidParams("A tool's slug must be 1 to 64 letters, digits, _ or -, and not start with a digit.")
    if not text:
        raise InvalidParams(f"{slug} needs a docstring: it is what the model reads.")
    more = (CALLER,) if _takes_context(function, slug) else ()
    common: dict[str, Any] = {
        "slug": slug,
        "title": name or slug.replace("_", " ").title(),
        "toolset": "custom",
        "description": text,
        "example": {},
        "effect": Effect.WRITE,
        "api": None,
        "result": AnyResult,
        "run": lambda arguments: _run(slug, function, arguments, more),
    }
    if input_schema is not None:
        schema = _checked_schema(input_schema, slug)
        rules = SchemaRules(schema)
        tool: Tool[Any] = SchemaTool(**common, arguments=AnyArguments, given_schema=schema, rules=rules)
    else:
        tool = Tool(**common, arguments=_arguments_model(function, slug))
    _warn(tool)
    return tool


def _warn(tool: Tool[Any]) -> None:
    found = [str(finding) for finding in lint_tool(tool.slug, tool.description, tool.input_schema) if finding.breaks]
    if found:
        text = f"{tool.slug} is not for every model vendor and framework: {'; '.join(found[:MOST_PROBLEMS])}"
        warnings.warn(PortabilityWarning(text), stacklevel=5)  # the host's line: it called tools.custom_tool


def _takes_context(function: CustomFunction, slug: str) -> bool:
    """Whether the function takes Composio's `ctx` after its arguments. Raises InvalidParams for any other shape."""
    parameters = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    needed = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if len(needed) == 2 and needed[1].name == "ctx":
        return True
    if len(needed) > 1 or not inspect.signature(function).parameters:
        raise InvalidParams(
            f"{slug} must take its arguments as one parameter, and at most ctx beside: nothing else is passed."
        )
    return False


def _arguments_model(function: CustomFunction, slug: str) -> type[BaseModel]:
    first = next(iter(inspect.signature(function).parameters))
    model = get_type_hints(function).get(first)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise InvalidParams(f"The first parameter of {slug} must be annotated with a pydantic model.")
    try:
        portable(model)
    except (ValueError, KeyError) as error:
        raise InvalidParams(f"The arguments of {slug} have no portable JSON schema: {error}.") from error
    return model


def _checked_schema(schema: Mapping[str, Any], slug: str) -> JsonObject:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise InvalidParams(f"input_schema of {slug} is not a JSON Schema: {error.message}.") from None
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), Mapping):
        raise InvalidParams(f"input_schema of {slug} must be an object with properties.")
    return {"required": [], **schema}


class SchemaRules:
    """The problems of a document by a JSON Schema. jsonschema's own messages quote the value, so ours are made anew."""

    def __init__(self, schema: JsonObject) -> None:
        self._validator = Draft202012Validator(schema)
        self._known = tuple(schema["properties"])

    def __call__(self, document: Mapping[str, Any]) -> Iterator[Problem]:
        for error in self._validator.iter_errors(document):
            path = ""
            for step in error.absolute_path:
                path = f"{path}[{step}]" if isinstance(step, int) else member_path(path, step)
            if error.validator == "additionalProperties" and not path:
                yield from self._unknown(document)
            else:
                yield Problem(path, f"breaks {error.validator}: expected {_short(error.validator_value)}")

    def _unknown(self, document: Mapping[str, Any]) -> Iterator[Problem]:
        for name in document:
            if name not in self._known:
                near = did_you_mean(str(name), self._known, 1) or f"; known here: {', '.join(self._known)}"
                yield Problem(member_path("", str(name)), f"unknown argument{near}")


def _short(expected: object) -> str:
    text = str(expected)
    return text if len(text) <= 100 else text[:99] + "…"


def _run(slug: str, function: CustomFunction, arguments: BaseModel, more: tuple[Any, ...]) -> Flow:
    given = dict(arguments.model_extra or {}) if isinstance(arguments, AnyArguments) else arguments
    # To the type of a tool's flow a host call is a detail of the engine.
    value: Any = yield HostCall(slug, function, (given, *more))  # type: ignore[misc]
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", by_alias=True)
    data = dict(value) if isinstance(value, Mapping) else {"result": value}
    if unsendable(data, most=1):
        raise InternalError(f"{slug} returned what JSON cannot say.", hint="The host must mend it; it did run.")
    return data
