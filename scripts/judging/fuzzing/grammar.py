"""Arguments from each tool's schema: right, nearly right, at the boundary, hostile; and the text they come in."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from segment_toolkit.cli.samples import NoSample, sample
from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS

from .atoms import NO_NUMBERS, NUMBERS, ODD_NAMES, TEXTS, TIMES, ZONES, nested
from .secrecy import PLANTED

SLUGS = tuple(tool.slug for tool in TOOLS)
SCHEMAS: Mapping[str, Any] = {tool.slug: tool.input_schema for tool in TOOLS}
_KINDS = ("track", "identify", "page", "screen", "group", "alias")
_DEEPEST = 4

Json = Any


class Grammar:
    """Makes arguments with one stream of dice. Ids and keys are those of the sandbox that they will meet."""

    def __init__(self, dice: random.Random, box: Sandbox) -> None:
        self.dice = dice
        self.box = box
        sources, destinations = list(box.sources.values()), list(box.destinations.values())
        keys = [*box.write_keys.values(), *box.write_keys, PLANTED[1]]
        people = ["u", "user-42", "kim@example.com", "anonymous-1"]
        self._by_name: dict[str, Sequence[Any]] = {
            "sourceId": [*sources, "nR7kq2Zt4WmX9bVc1sLd8P"], "destinationId": [*destinations, *sources[:1]],
            "writeKey": keys, "userId": people, "anonymousId": people, "previousId": people, "groupId": ["org-7"],
            "event": ["Order Completed", "Signed Up", "E", "Segment Consent Preference Updated"],
            "timestamp": TIMES, "startTime": TIMES, "endTime": TIMES, "timezone": ZONES, "type": _KINDS,
            "period": ["2026-03-01", "2026-02-28", "2026-02-30", "2026-3-1", ""],
            "messageId": ["m-1", "m-2", "m" * 101],
            "count": [1, 10, 1000, 0, 1001, -1, 10.0], "key": ["region", "environment"], "value": ["emea", "prod"],
            "cursor": ["", "abc", "x" * 1001, "é"], "slug": ["shop-web", "new-slug", "No Slug"],
        }  # fmt: skip

    def arguments(self, slug: str) -> Json:
        """Arguments of a tool, as an object or as text, of any quality."""
        return self._written(self.document(slug))

    def document(self, slug: str) -> dict[str, Any]:
        """An object, of any quality."""
        roll = self.dice.random()
        if roll < 0.35:
            document = self._sample(slug)
        elif roll < 0.9:
            document = self._object(SCHEMAS[slug], 0)
        else:
            document = {self.dice.choice(ODD_NAMES): self.value() for _ in range(self.dice.randrange(6))}
        for _ in range(self.dice.choice((0, 0, 0, 0, 1, 1, 2, 5))):
            document = self._spoilt(document)
        return document

    def value(self, depth: int = 0) -> Json:
        """Any JSON at all, and a little that is none."""
        pick = self.dice.choice
        leaf: tuple[Callable[[], Json], ...] = (
            lambda: pick(TEXTS), lambda: pick(NUMBERS), lambda: pick((True, False, None)), lambda: pick(NO_NUMBERS),
            lambda: pick(TIMES), lambda: pick((*PLANTED, self.box.token, self.box.write_key)),
        )  # fmt: skip
        if depth >= _DEEPEST or self.dice.random() < 0.6:
            return pick(leaf)()
        if self.dice.random() < 0.02:
            return nested(pick((60, 150, 400)), lists=pick((True, False)))
        if self.dice.random() < 0.5:
            return [self.value(depth + 1) for _ in range(self.dice.randrange(4))]
        return {self.name(): self.value(depth + 1) for _ in range(self.dice.randrange(4))}

    def tool_name(self) -> Json:
        """Mostly a tool's."""
        if self.dice.random() < 0.95:
            return self.dice.choice(SLUGS)
        name = self.dice.choice(SLUGS)
        near = (name.lower(), name[8:], name + "S", name.replace("_", "-"), f" {name}", name[:-1], self.value(3))
        return self.dice.choice(near)

    def name(self) -> str:
        """Of a member."""
        return self.dice.choice((*ODD_NAMES, *self._by_name, *PLANTED, "plan", "price"))

    def _sample(self, slug: str) -> dict[str, Any]:
        try:
            return sample(slug, self.box)
        except NoSample:
            return {}

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        required = set(schema.get("required", ()))
        members = schema.get("properties", {})
        chosen = [name for name in members if self.dice.random() < (0.95 if name in required else 0.45)]
        return {name: self._of(members[name], name, depth + 1) for name in chosen}

    def _of(self, schema: Mapping[str, Any], name: str, depth: int) -> Json:
        """A value of a schema's type, nearly always."""
        if self.dice.random() < 0.03:
            return self.value(depth)
        if name in self._by_name and self.dice.random() < 0.85:
            return self.dice.choice(self._by_name[name])
        kind = schema.get("type")
        if "enum" in schema:
            return self.dice.choice(schema["enum"])
        if kind == "object":
            return self._object(schema, depth) if schema.get("properties") else self._free()
        if kind == "array":
            most = self.dice.choice((0, 1, 1, 2, 2, 3, 8))
            return [self._of(schema["items"], "", depth) for _ in range(most)]
        if kind in ("integer", "number"):
            return self.dice.choice((*NUMBERS, 1, 10))
        return self.dice.choice((True, False)) if kind == "boolean" else self.dice.choice((*TEXTS, "Pricing", "pro"))

    def _free(self) -> dict[str, Any]:
        """A free-form object: traits, properties, context, integrations."""
        roll = self.dice.random()
        if roll < 0.5:
            return {self.name(): self.value(2) for _ in range(self.dice.randrange(4))}
        if roll < 0.6:
            return {f"p{number}": number for number in range(self.dice.choice((299, 300, 301)))}
        if roll < 0.7:
            return {
                "consent": {"categoryPreferences": self.value(2)},
                "device": self.value(2),
                "groupId": self.value(3),
            }
        if roll < 0.8:
            return {"All": self.dice.choice((True, False, "x")), "Slack": self.dice.choice((True, {}, None))}
        return {"plan": "pro", "revenue": self.dice.choice(NUMBERS), "email": "kim@example.com"}

    def _spoilt(self, document: dict[str, Any]) -> dict[str, Any]:
        """One member dropped, added, renamed or of another value."""
        spoilt = dict(document)
        name = self.dice.choice([*spoilt, self.name()])
        roll = self.dice.random()
        if roll < 0.2:
            spoilt.pop(name, None)
        elif roll < 0.45:
            spoilt[self.name()] = self.value()
        elif roll < 0.6 and name in spoilt:
            spoilt[self.respelt(name)] = spoilt.pop(name)
        elif roll < 0.7 and name in spoilt:
            spoilt[name] = json.dumps(spoilt[name])
        else:
            spoilt[name] = self.value()
        return spoilt

    def respelt(self, name: str) -> str:
        """The name as models misspell it."""
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
        return self.dice.choice((snake, snake.upper(), name.lower(), name.capitalize(), f" {name}", name[:-1]))

    def _written(self, document: Json) -> Json:
        """The object itself, or text that says it, rightly or nearly."""
        roll = self.dice.random()
        if roll < 0.45:
            return document
        text = json.dumps(document, ensure_ascii=self.dice.random() < 0.7)
        if roll < 0.75:
            return text
        return broken_text(text, self.dice)


def broken_text(text: str, dice: random.Random) -> str:
    """Text as models write it, and as networks leave it."""
    ways: tuple[Callable[[], str], ...] = (
        lambda: text[: dice.randrange(len(text) + 1)],
        lambda: f"```json\n{text}\n```",
        lambda: f"```{text}```",
        lambda: f"Sure! {text}",
        lambda: f"{text} Done.",
        lambda: json.dumps(text),
        lambda: json.dumps(json.dumps(text)),
        lambda: text.replace('"', "'"),
        lambda: text.replace("null", "None").replace("true", "True"),
        lambda: text[:-1] + ",}",
        lambda: "\ufeff" + text,
        lambda: text + text,
        lambda: f"[{text}]",
        lambda: text[:1] + text[1:].replace("}", "", 1),
        lambda: '{"a":' * 2_000 + text,
        lambda: scrambled(text, dice),
    )
    return dice.choice(ways)()


def scrambled(text: str, dice: random.Random) -> str:
    """A few letters put in or replaced."""
    letters = list(text)
    for _ in range(dice.randrange(1, 6)):
        place = dice.randrange(len(letters) + 1)
        letters[place : place + dice.randrange(2)] = dice.choice('{}[]",:0ntf\\u\ud800 ')
    return "".join(letters)
