"""An interactive session on one sandbox: pick a tool, give its arguments, see what happened. What it does stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..registry import Registry
from .arguments import json_value
from .exchange import Bench, dropped_line, event_line, request_line, told
from .exits import CommandError
from .form import filled
from .printing import emit, json_text
from .samples import NoSample, sample
from .schema_text import described
from .slugs import slug_of
from .terminal import Terminal
from .tools_command import table

_WELCOME = """\
A local Segment in this process: nothing leaves it, nothing real can be changed.
Type a tool's number, its name or what you want to do; help for more."""
_HELP = """\
  NUMBER, NAME or words   pick a tool
  tools                   list the tools
  show NAME               a tool's arguments
  events, dropped         what the sandbox stored, and what it answered 200 to and dropped
  requests                what was sent to it
  reset                   back to the beginning
  quit                    or Ctrl+D, Ctrl+C"""
_MOST = 20


class Session:
    """What a person types decides what it does; `run` returns when they leave."""

    def __init__(self, bench: Bench, terminal: Terminal, *, as_json: bool) -> None:
        self._bench = bench
        self._terminal = terminal
        self._as_json = as_json
        self._registry = Registry()
        self._slugs = self._registry.slugs()
        self._commands: Mapping[str, Callable[[], None]] = {
            "tools": self._tools,
            "events": lambda: self._records("event", map(event_line, bench.redacted(bench.box.events))),
            "dropped": lambda: self._records("dropped event", map(dropped_line, bench.redacted(bench.box.dropped))),
            "requests": lambda: self._records("request", (request_line(bench.shown(r)) for r in bench.box.requests)),
            "reset": self._reset,
            "help": lambda: terminal.say(_HELP),
        }

    def run(self) -> None:
        """Until quit. Raises EOFError and KeyboardInterrupt, which are other ways to leave."""
        self._terminal.say(_WELCOME + "\n")
        self._tools()
        while (line := self._terminal.ask("\nsegment> ")) not in ("quit", "exit", "q"):
            try:
                self._obey(line)
            except (CommandError, NoSample) as error:
                self._terminal.say(str(error))

    def _obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if line in self._commands:
            self._commands[line]()
        elif word == "show":
            slug = slug_of(rest, self._slugs)
            self._terminal.say(described(self._registry.definition(slug)))
        elif line:
            self._pick(line)

    def _pick(self, line: str) -> None:
        slugs = self._meant(line)
        if len(slugs) == 1:
            self._call(slugs[0])
        else:
            self._terminal.say("Several tools match; give the number of one.")
            self._list(slugs)

    def _meant(self, line: str) -> list[str]:
        """One tool for a number or name, any number of them for words. Raises CommandError for nothing."""
        if line.isascii() and line.isdigit():
            if not 1 <= int(line[:6]) <= len(self._slugs):
                raise CommandError(f"the tools have the numbers 1 to {len(self._slugs)}")
            return [self._slugs[int(line) - 1]]
        try:
            return [slug_of(line, self._slugs)]
        except CommandError:
            found = [definition.slug for definition in self._registry.definitions(search=line)]
            if not found:
                raise
            return found

    def _call(self, slug: str) -> None:
        """Show the tool, have its arguments decided, run it."""
        definition = self._registry.definition(slug)
        self._terminal.say(described(definition))
        arguments = self._arguments(slug, definition.input_parameters)
        if arguments is None:
            return
        exchange = self._bench.run(slug, arguments)
        if self._as_json:
            emit(exchange.as_json(), compact=True)
        else:
            self._terminal.say("\n".join(["", *told(exchange)]))

    def _arguments(self, slug: str, schema: Mapping[str, Any]) -> dict[str, Any] | None:
        """The sample, the person's own, or None when they want neither."""
        example: dict[str, Any] = {}
        try:
            example = sample(slug, self._bench.box)
        except NoSample as error:
            self._terminal.say(f"\nNo sample: {error}; reset brings everything back.")
        shown = self._bench.redacted(example)
        if example:
            self._terminal.say(f"\nSample  {json_text(shown, compact=True)}")
        question = "Run the sample? [Y/n], or a JSON object of your own, or b for back: "
        answer = self._terminal.ask(question) if example else "n"
        while not (answer.startswith("{") or answer.lower() in ("", "y", "yes", "n", "no", "b", "back")):
            answer = self._terminal.ask(question)
        if answer.startswith("{"):
            own: dict[str, Any] = json_value(answer, "that")
            return own
        if answer.lower() in ("b", "back"):
            return None
        return filled(self._terminal, schema, sample=example, shown=shown) if answer[:1] in ("n", "N") else example

    def _tools(self) -> None:
        self._list(self._slugs)

    def _list(self, slugs: list[str]) -> None:
        definitions = [self._registry.definition(slug) for slug in slugs]
        numbers = [self._slugs.index(slug) + 1 for slug in slugs]
        self._terminal.say("\n".join(table(definitions, numbers=numbers)))

    def _records(self, what: str, lines: Iterable[str]) -> None:
        """The newest last, and how many there are in all."""
        found = list(lines)
        for line in found[-_MOST:]:
            self._terminal.say(f"  {line}")
        plural = "" if len(found) == 1 else "s"
        self._terminal.say(f"{len(found)} {what}{plural}" + (f", the last {_MOST}" if len(found) > _MOST else ""))

    def _reset(self) -> None:
        self._bench.box.reset()
        self._terminal.say("The sandbox is as it was at the beginning.")
