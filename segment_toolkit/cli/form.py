"""Asks for a tool's arguments, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .arguments import typed
from .exits import CommandError
from .printing import json_text
from .schema_text import in_order, kind
from .terminal import Terminal

Schema = Mapping[str, Any]
JsonObject = dict[str, Any]


def filled(terminal: Terminal, schema: Schema, *, sample: JsonObject, shown: JsonObject) -> JsonObject:
    """The arguments as the person gives them, required ones first; fields that were skipped are left out.

    `sample` fills required fields on Enter; `shown` is the same without secrets.
    """
    terminal.say("Enter takes the [sample] of a needed field (*) and skips any other; ? explains.")
    arguments: JsonObject = {}
    for name in in_order(schema):
        field = _Field(terminal, name, schema["properties"][name], required=name in schema.get("required", ()))
        given = field.ask(_text(shown[name]) if name in shown else "")
        if given:
            arguments[name] = field.value
        elif field.required and name in sample:
            arguments[name] = sample[name]
    return arguments


class _Field:
    """One field: asks until it has a value or may go without."""

    def __init__(self, terminal: Terminal, name: str, schema: Schema, *, required: bool) -> None:
        self._terminal = terminal
        self._name = name
        self._schema = schema
        self.required = required
        self.value: Any = None

    def ask(self, sample: str) -> bool:
        """True once `value` is given, False for Enter."""
        while True:
            text = self._terminal.ask(self._prompt(sample))
            if text == "?":
                self._explain(sample)
            elif not text:
                return False
            elif self._read(text):
                return True

    def _read(self, text: str) -> bool:
        try:
            self.value = typed(text, self._schema, self._name)
        except CommandError as error:
            self._terminal.say(f"  {error}")
            return False
        return True

    def _prompt(self, sample: str) -> str:
        star, default = ("*", f" [{sample}]" if sample else "") if self.required else ("", "")
        form = "JSON " if self._schema["type"] in ("object", "array") else ""
        return f"  {self._name}{star} ({form}{kind(self._schema)}){default}: "

    def _explain(self, sample: str) -> None:
        example = f" Sample: {sample}" if sample else ""
        self._terminal.say(f"    {self._schema.get('description', '')}.{example}")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value, compact=True, ascii_only=True)
