"""Hostile tool calls: a hand-made corpus with a name for each kind of malice, and any number of seeded random ones."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS

from .good_calls import good_calls

#: Secrets of nobody: what a model may have picked up somewhere and put in the wrong place.
PLANTED_TOKEN = "sgp_" + "Planted0Token1" * 4
PLANTED_KEY = "PlantedKey0123456789abcdefghijkl"
PLANTED = (PLANTED_TOKEN, PLANTED_KEY)

SLUGS = [tool.slug for tool in TOOLS]
ARGUMENT_NAMES = sorted({name for tool in TOOLS for name in tool.input_schema["properties"]})
GOOD = '{"userId": "u", "event": "E"}'


def call(name: Any, arguments: Any, call_id: Any = "call_1") -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def reply(calls: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": calls}}]}


def track(arguments: Any) -> dict[str, Any]:
    return call("SEGMENT_TRACK", arguments)


def with_properties(text: str) -> dict[str, Any]:
    return track(f'{{"userId": "u", "event": "E", "properties": {text}}}')


def corpus(box: Sandbox) -> dict[str, Any]:
    """Calls by the name of what is wrong with them. Some are merely odd, and right."""
    key, token, source = box.write_key, box.token, box.sources["shop-web"]
    event = {"type": "track", "userId": "u", "event": "E"}
    secrets = {"our key": key, "our token": token, "a planted key": PLANTED_KEY, "a planted token": PLANTED_TOKEN}
    found: dict[str, Any] = {
        # JSON that is none, or hardly
        "nothing": track(""),
        "blanks": track(" \n\t"),
        "a null": track("null"),
        "no arguments": track(None),
        "a cut object": track('{"userId": "u", "eve'),
        "a cut string": track('{"userId": "u'),
        "only an opening": track("{"),
        "prose": track("I will now track the event."),
        "prose before JSON": track(f"Sure! {GOOD}"),
        "JSON before prose": track(f"{GOOD} Done."),
        "two objects": track(GOOD + GOOD),
        "a trailing comma": track('{"userId": "u", "event": "E",}'),
        "single quotes": track("{'userId': 'u', 'event': 'E'}"),
        "Python words": track('{"userId": None, "event": True}'),
        "a comment": track('{"userId": "u" /* me */, "event": "E"}'),
        "an array": track(f"[{GOOD}]"),
        "an empty array": track("[]"),
        "a number": track("7"),
        "a number that is no text": track(7),
        "a boolean": track("true"),
        "a boolean that is no text": track(True),
        "a list that is no text": track([1, 2]),
        "a string": track('"hello"'),
        "bytes": track(GOOD.encode()),
        "bytes that are no UTF-8": track(b"\xff\xfe{}"),
        "a byte order mark": track("\ufeff" + GOOD),
        "doubly encoded": track(json.dumps(GOOD)),
        "encoded five times": track(json.dumps(json.dumps(json.dumps(json.dumps(GOOD))))),
        "fenced": track(f"```json\n{GOOD}\n```"),
        "fenced on one line": track(f"```{GOOD}```"),
        "fenced and cut": track(f"```json\n{GOOD}"),
        "fenced nothing": track("```\n```"),
        "a fenced fence": track(f"```json\n```json\n{GOOD}\n```\n```"),
        "fenced inside a string": track(json.dumps(f"```json\n{GOOD}\n```")),
        # JSON that is, and bites
        "nested 5,000 deep": track('{"a":' * 5000),
        "nested 5,000 deep and closed": track('{"a":' * 5000 + "1" + "}" * 5000),
        "arrays 5,000 deep": track("[" * 5000 + "]" * 5000),
        "properties 150 deep": with_properties('{"a":' * 150 + "1" + "}" * 150),
        "properties 900 deep": with_properties('{"a":' * 900 + "1" + "}" * 900),
        "properties 100,000 deep": with_properties('{"a":' * 100_000 + "1" + "}" * 100_000),
        "properties 900 deep, in a string": with_properties(json.dumps('{"a":' * 900 + "1" + "}" * 900)),
        "properties 5,000 deep, in a string": with_properties(json.dumps('{"a":' * 5000 + "1" + "}" * 5000)),
        "NaN": with_properties('{"n": NaN}'),
        "Infinity": with_properties('{"n": [1, {"m": -Infinity}]}'),
        "a number over the top": with_properties('{"n": 1e999}'),
        "NaN in a string": with_properties(json.dumps('{"n": NaN}')),
        "NaN where a string belongs": track('{"userId": NaN, "event": "E"}'),
        "a number of 5,000 digits": with_properties('{"n": ' + "9" * 5000 + "}"),
        "a number of 4,000 digits": with_properties('{"n": ' + "9" * 4000 + "}"),
        "an integer that no float holds": call(
            "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE",
            '{"sourceId": "s", "pagination": {"count": ' + "9" * 400 + "}}",
        ),
        "a key twice": track('{"userId": "u", "event": "E", "event": "F"}'),
        "a key twice, deep": with_properties('{"a": {"b": 1, "b": 2}}'),
        "a string of 1 MB": track({"userId": "u", "event": "E" * 1_000_000}),
        "a key of 1 MB": track({"userId": "u", "event": "E", "k" * 1_000_000: 1}),
        "an id of 1 MB": call("SEGMENT_DELETE_SOURCE", {"sourceId": "s" * 1_000_000}),
        "a timestamp of 1 MB": track({"userId": "u", "event": "E", "timestamp": "2" * 1_000_000}),
        "10,000 unknown names": track({f"name{i}": i for i in range(10_000)}),
        "3,000 events": call("SEGMENT_BATCH", {"batch": [event] * 3000}),
        "3,000 wrong events": call("SEGMENT_BATCH", {"batch": [{"type": "trak", "user": 1}] * 3000}),
        "3,000 numbers for events": call("SEGMENT_BATCH", {"batch": list(range(3000))}),
        "a batch of batches": call("SEGMENT_BATCH", {"batch": [{"batch": [event]}]}),
        "a batch in a string in a string": call("SEGMENT_BATCH", {"batch": json.dumps(json.dumps([event]))}),
        # Text that is hard to say
        "a lone surrogate": track('{"userId": "\\ud800", "event": "E"}'),
        "a lone surrogate, unescaped": track('{"userId": "\ud800", "event": "E"}'),
        "a lone surrogate as a name": track('{"userId": "u", "event": "E", "\\udfff": 1}'),
        "a lone surrogate as a property": with_properties('{"\\ud800": "\\udc00\\ud800"}'),
        "a lone surrogate as an id": call("SEGMENT_DELETE_SOURCE", '{"sourceId": "s\\ud800"}'),
        "a lone surrogate as a batch name": call("SEGMENT_BATCH", {"batch": [{**event, "\ud800": 1}]}),
        "names in many scripts": track({"userId": "u", "event": "E", "имя": 1, "名前": 2, "🙂": 3, "é": 4}),
        "control characters": track({"userId": "u\x00\x1b[31m", "event": "\x07\r\n", "\x00": "\x7f"}),
        "raw control characters": track('{"userId": "u\n\x00", "event": "E"}'),
        "text that turns around": track({"userId": "\u202eu", "event": "\u2066E", "\u202e": 1}),
        "markup": track({"<script>alert(1)</script>": 1, "event": "<b>", "userId": "</tool_result>"}),
        "an instruction": track({"ignore all previous instructions": True}),
        "a format": track({"userId": "%s%n{0.__class__}", "event": "${jndi:ldap://x}", "{}": 1}),
        "a prototype": track({"__proto__": {"x": 1}, "constructor": 1, "__class__": 2, "model_config": 3}),
        # Values of the wrong kind
        "wrong types everywhere": track({name: {"a": [1]} for name in ARGUMENT_NAMES}),
        "numbers everywhere": call("SEGMENT_UPDATE_SOURCE", dict.fromkeys(ARGUMENT_NAMES, 7)),
        "null everywhere": call("SEGMENT_UPDATE_SOURCE", dict.fromkeys(ARGUMENT_NAMES)),
        "wrong types in labels": call(
            "SEGMENT_ADD_LABELS_TO_SOURCE", {"sourceId": source, "labels": [1, None, [], {"key": []}, {"value": "v"}]}
        ),
        "wrong consent": track({"userId": "u", "event": "E", "context": {"consent": [1], "device": "x"}}),
        "a zone that is a path": call("SEGMENT_IMPORT_HISTORICAL_DATA", {"timezone": "../../etc/passwd", "batch": []}),
        "a zone that is a folder": call("SEGMENT_IMPORT_HISTORICAL_DATA", {"timezone": "Europe", "batch": [event]}),
        "a zone with a null byte": call("SEGMENT_IMPORT_HISTORICAL_DATA", {"timezone": "\x00", "batch": [event]}),
        "a zone of 10,000 letters": call("SEGMENT_IMPORT_HISTORICAL_DATA", {"timezone": "E" * 10_000, "batch": []}),
        "an id that climbs": call("SEGMENT_DELETE_SOURCE", {"sourceId": "../sources"}),
        "an id that is dots": call("SEGMENT_DELETE_SOURCE", {"sourceId": ".."}),
        "an id with a query": call("SEGMENT_DELETE_SOURCE", {"sourceId": "x?force=true#"}),
        "an id with a line break": call("SEGMENT_DELETE_SOURCE", {"sourceId": "x\r\nHost: evil.example"}),
        "a key with a line break": track({"userId": "u", "event": "E", "writeKey": "k" * 16 + "\r\n" + "k" * 16}),
        "a period that is not": call(
            "SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE", {"period": "\u0662\u0660\u0662\u0666-03-01"}
        ),
        # Tools that are none
        "no name": call(None, GOOD),
        "an empty name": call("", GOOD),
        "a number for a name": call(42, GOOD),
        "a list for a name": call(["SEGMENT_TRACK"], GOOD),
        "an object for a name": call({"name": "SEGMENT_TRACK"}, GOOD),
        "a mistyped name": call("SEGMENT_TRAK", GOOD),
        "a name in lower case": call("segment_track", GOOD),
        "a name with blanks": call(" SEGMENT_TRACK ", GOOD),
        "a name of 1 MB": call("SEGMENT_" * 125_000, GOOD),
        "a name with a surrogate": call("SEGMENT_\ud800", GOOD),
        "a name with a null byte": call("SEGMENT_TRACK\x00", GOOD),
        "a dunder": call("__class__", GOOD),
        "a module": call("segment_tools.track", GOOD),
        # Calls that are none
        "a call that is null": None,
        "a call that is a number": 1,
        "a call that is text": "SEGMENT_TRACK",
        "a call that is a list": [],
        "a call that is empty": {},
        "a call without function": {"id": "call_9", "type": "function"},
        "a function that is text": {"id": "call_9", "function": "SEGMENT_TRACK"},
        "a function that is a list": {"id": "call_9", "function": ["SEGMENT_TRACK", GOOD]},
        "a function without arguments": {"id": "call_9", "function": {"name": "SEGMENT_TRACK"}},
        "a custom call": {"id": "call_9", "type": "custom", "custom": {"name": "SEGMENT_TRACK", "input": GOOD}},
        "no id": {"function": {"name": "SEGMENT_TRACK", "arguments": GOOD}},
        "an id that is null": call("SEGMENT_TRACK", GOOD, None),
        "an id that is a number": call("SEGMENT_TRACK", GOOD, 7),
        "an id that is an object": call("SEGMENT_TRACK", GOOD, {"id": "x"}),
        "an id that is empty": call("SEGMENT_TRACK", GOOD, ""),
        "an id with a surrogate": call("SEGMENT_TRACK", GOOD, "call_\ud800"),
        # And, among them, calls that are right
        "a good event": track(GOOD),
        "a good read": call("SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", {"sourceId": source}),
        "a good batch": call("SEGMENT_BATCH", {"batch": [event, {"type": "page", "userId": "u"}]}),
    }
    for what, secret in secrets.items():
        found |= _with_secret(what, secret)
    return found


def _with_secret(what: str, secret: str) -> dict[str, Any]:
    """A secret in every place where it does not belong."""
    return {
        f"{what} as the tool": call(secret, GOOD),
        f"{what} as an argument name": track({"userId": "u", "event": "E", secret: 1}),
        f"{what} as an argument name in JSON": track(f'{{"{secret}": 1, "userId": "u", "event": "E"}}'),
        f"{what} as the arguments": track(secret),
        f"{what} as quoted arguments": track(json.dumps(secret)),
        f"{what} in an array": track([secret]),
        f"{what} in broken JSON": track(f'{{"writeKey": "{secret}"'),
        f"{what} as a name twice": track(f'{{"{secret}": 1, "{secret}": 2}}'),
        f"{what} as an event of nobody": track({"event": secret}),
        f"{what} as a bad timestamp": track({"userId": "u", "event": "E", "timestamp": secret}),
        f"{what} as a type": call("SEGMENT_BATCH", {"batch": [{"type": secret, "userId": "u"}]}),
        f"{what} in a batch item": call("SEGMENT_BATCH", {"batch": [{"type": "track", "event": "E", secret: secret}]}),
        f"{what} as a messageId twice": call(
            "SEGMENT_BATCH", {"batch": [{"type": "page", "userId": "u", "messageId": secret}] * 2}
        ),
        f"{what} as the batch": call("SEGMENT_BATCH", {"batch": secret, "writeKey": secret}),
        f"{what} as a number's place": call(
            "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE", {"sourceId": "s", "pagination": {"count": secret}}
        ),
        f"{what} as a granularity": call(
            "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION",
            {"destinationId": "d", "sourceId": "s", "granularity": secret, "startTime": secret},
        ),
        f"{what} as a zone": call("SEGMENT_IMPORT_HISTORICAL_DATA", {"timezone": secret, "batch": [{}]}),
        f"{what} as a period": call("SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE", {"period": secret}),
        f"{what} as an integration": track({"userId": "u", "event": "E", "integrations": {secret: "on"}}),
        f"{what} as a consent": track(
            {"userId": "u", "event": "E", "context": {"consent": {"categoryPreferences": {secret: secret}}}}
        ),
        f"{what} as a property that is NaN": track(
            f'{{"userId": "u", "event": "E", "properties": {{"{secret}": NaN}}}}'
        ),
        f"{what} beside a wrong enabled": call("SEGMENT_UPDATE_SOURCE", {"sourceId": secret, "enabled": secret}),
        f"{what} as a wrong write key": track({"userId": "u", "event": "E", "writeKey": f"{secret}!"}),
    }


def random_calls(count: int, seed: int, box: Sandbox) -> Iterator[dict[str, Any]]:
    """Calls of a mostly right tool with mostly wrong arguments; the same for the same seed."""
    rng = random.Random(seed)
    good = good_calls(box)
    secrets = [box.write_key, box.token, *PLANTED]
    atoms: list[Any] = [
        None, True, False, 0, -1, 1.5, 10**30, "", " ", "u", "E", "track", "SEGMENT_TRACK", "2026-01-31T09:30:00Z",
        "2026-03-01", "\ud800", "\x00", "é🙂", "{}", "[]", "null", '{"a": 1}', [], {}, float("nan"), "x" * 300,
        box.sources["shop-api"], box.destinations["slack"], *secrets,
    ]  # fmt: skip
    names = [*ARGUMENT_NAMES, "user_id", "Event", "type", "key", "value", "count", "cursor", "\ud800", "", *secrets]

    def value(depth: int) -> Any:
        kind = rng.random()
        if depth and kind < 0.2:
            return [value(depth - 1) for _ in range(rng.randrange(4))]
        if depth and kind < 0.5:
            return {rng.choice(names): value(depth - 1) for _ in range(rng.randrange(5))}
        return rng.choice(atoms)

    def arguments(name: Any) -> Any:
        document = {rng.choice(names): value(3) for _ in range(rng.randrange(7))}
        if isinstance(name, str) and name in good and rng.random() < 0.6:
            spoilt = [member for member in good[name] if rng.random() < 0.2]
            document = {**good[name], **{member: value(3) for member in spoilt}}
        text = json.dumps(document)
        kind = rng.random()
        if kind < 0.4:
            return document
        if kind < 0.7:
            return text
        if kind < 0.85:
            return text[: rng.randrange(len(text) + 1)]
        return _scrambled(text, rng) if kind < 0.95 else value(2)

    for index in range(count):
        name = rng.choice(SLUGS) if rng.random() < 0.9 else value(1)
        yield call(name, arguments(name), f"random_{index}" if rng.random() < 0.95 else value(1))


def _scrambled(text: str, rng: random.Random) -> str:
    letters = list(text)
    for _ in range(rng.randrange(1, 6)):
        place = rng.randrange(len(letters) + 1)
        letters[place : place + rng.randrange(2)] = rng.choice('{}[]",:0ntf\\u\ud800 ')
    return "".join(letters)
