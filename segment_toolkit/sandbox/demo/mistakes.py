"""What goes wrong on the way, at a known rate: the table that tests, docs and curious readers can count by.

| mistake | touches | outcome in Segment, with the demo's tracking plan and settings |
| --- | --- | --- |
| revenue_as_text | Order Completed | blocked at source: `schema_violation` |
| order_id_missing | Order Completed | blocked at source: `schema_violation` |
| event_in_lower_case | Order Completed, sent as `order completed` | blocked at source: `unplanned` |
| properties_null | Order Updated, from a badly configured server | fails on ingest: `properties_not_object` |
| price_as_text | Product Viewed in the app | property omitted: `protocols.omitted_on_violation` |
| unplanned_property | Product Added on the web | property omitted: `protocols.omitted` |
| identity_missing | page calls | fails on ingest: `no_user_anon_id` |
| developer_test | an additional message after one from the web | blocked at source: `unplanned` |
| duplicate_delivery | anything: the same message again, a while later | deduplicated by `messageId` |

A message has at most one mistake. The first row that happens is the one, so that the rates of the later rows
are a touch lower than stated.
Source: Segment docs, "Delivery Overview" (discard reasons), "Customize your schema controls", "Handling
Duplicate Data".
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from segment_toolkit.sandbox.demo.dice import Dice
from segment_toolkit.sandbox.demo.instant import MINUTE, SECOND
from segment_toolkit.sandbox.wire import Json

Touches = Callable[[str, Json], bool]


@dataclass(frozen=True)
class Mistake:
    """A row of the table: its share of the messages it can touch, how it is made and how it is recognised.

    `shows` is given a message and tells whether it has the mistake; a duplicate is recognised by its id alone.
    """

    name: str
    rate: float
    touches: Touches
    shows: Callable[[Json], bool]
    outcome: str


@dataclass(frozen=True)
class Delivery:
    """A message that arrives this much later than the one it comes with, in milliseconds."""

    delay: int
    message: Json


def _event(name: str, source: str | None = None) -> Touches:
    return lambda sent_by, message: message.get("event") == name and source in (None, sent_by)


def _has_property(message: Json, name: str, kind: type) -> bool:
    properties = message.get("properties")
    return isinstance(properties, dict) and isinstance(properties.get(name), kind)


TEST_EVENTS = ("test", "asdf", "Debug Button Clicked", "TEST please ignore")

MISTAKES = (
    Mistake(
        "revenue_as_text",
        0.03,
        _event("Order Completed"),
        lambda message: _has_property(message, "revenue", str),
        "schema_violation",
    ),
    Mistake(
        "order_id_missing",
        0.02,
        _event("Order Completed"),
        lambda message: message.get("event") == "Order Completed" and not _has_property(message, "order_id", str),
        "schema_violation",
    ),
    Mistake(
        "event_in_lower_case",
        0.02,
        _event("Order Completed"),
        lambda message: message.get("event") == "order completed",
        "unplanned",
    ),
    Mistake(
        "properties_null",
        0.03,
        _event("Order Updated", "shop-api"),
        lambda message: "properties" in message and message["properties"] is None,
        "properties_not_object",
    ),
    Mistake(
        "price_as_text",
        0.03,
        _event("Product Viewed", "shop-ios"),
        lambda message: _has_property(message, "price", str),
        "omitted_on_violation",
    ),
    Mistake(
        "unplanned_property",
        0.02,
        _event("Product Added", "shop-web"),
        lambda message: _has_property(message, "debug_session", str),
        "omitted",
    ),
    Mistake(
        "identity_missing",
        0.01,
        lambda _source, message: message["type"] == "page",
        lambda message: "userId" not in message and "anonymousId" not in message,
        "no_user_anon_id",
    ),
    Mistake(
        "developer_test",
        0.004,
        lambda source, _message: source == "shop-web",
        lambda message: message.get("event") in TEST_EVENTS,
        "unplanned",
    ),
    Mistake("duplicate_delivery", 0.005, lambda _source, _message: True, lambda _message: False, "duplicate"),
)


def deliveries(source: str, message: Json, dice: Dice) -> list[Delivery]:
    """Return what arrives in place of a good message: itself nearly always. The message may be changed."""
    for mistake in MISTAKES:
        if mistake.touches(source, message) and dice.chance(mistake.rate):
            return _made(mistake.name, message, dice)
    return [Delivery(0, message)]


def named(messages: Iterable[Json]) -> Iterator[tuple[Json, str | None]]:
    """Tell of each message which mistake it shows, by name, or None; it remembers every `messageId`."""
    seen: set[str] = set()
    for message in messages:
        duplicate = message["messageId"] in seen
        seen.add(message["messageId"])
        shown = "duplicate_delivery" if duplicate else None
        yield message, shown or next((mistake.name for mistake in MISTAKES if mistake.shows(message)), None)


def _made(mistake: str, message: Json, dice: Dice) -> list[Delivery]:
    if mistake == "developer_test":
        return [Delivery(0, message), Delivery(SECOND, _developer_test(message, dice))]
    if mistake == "duplicate_delivery":
        return [Delivery(0, message), Delivery(dice.between(SECOND, 20 * MINUTE), copy.deepcopy(message))]
    _SPOIL[mistake](message)
    return [Delivery(0, message)]


def _developer_test(message: Json, dice: Dice) -> Json:
    """Return what somebody typed into the console of their browser, on the page a visitor was on."""
    test = copy.deepcopy({name: message[name] for name in ("context", "timestamp", "sentAt")})
    event, message_id = dice.pick(TEST_EVENTS), f"ajs-next-{dice.uuid()}"
    own = {"type": "track", "event": event, "properties": {"foo": "bar"}, "anonymousId": "dev-laptop"}
    return {**own, **test, "messageId": message_id}


def _revenue_as_text(message: Json) -> None:
    properties = message["properties"]
    properties["revenue"] = f"{properties['revenue']:.2f}"


def _price_as_text(message: Json) -> None:
    properties = message["properties"]
    properties["price"] = f"{properties['price']:.2f} EUR"


def _identity_missing(message: Json) -> None:
    message.pop("userId", None)
    message.pop("anonymousId", None)


_SPOIL: dict[str, Callable[[Json], None]] = {
    "revenue_as_text": _revenue_as_text,
    "order_id_missing": lambda message: message["properties"].pop("order_id"),
    "event_in_lower_case": lambda message: message.update(event="order completed"),
    "properties_null": lambda message: message.update(properties=None),
    "price_as_text": _price_as_text,
    "unplanned_property": lambda message: message["properties"].update(debug_session="local-7"),
    "identity_missing": _identity_missing,
}
