"""The demo's destination filters: who gets what, as FQL conditions and actions.

Source: Public API reference, "Create Filter for Destination"; Segment docs, "Destination Filters" and "Filter
Query Language".
"""

from __future__ import annotations

from dataclasses import dataclass

from segment_toolkit.sandbox.wire import Json


@dataclass(frozen=True)
class NewFilter:
    """A filter; source by slug, destination by the name of its instance, `condition` is the filter's `if`."""

    source: str
    destination: str
    title: str
    condition: str
    actions: tuple[Json, ...]
    description: str = ""
    enabled: bool = True


_STAFF = 'match( userId, "staff_*" )'
_PERSONAL = ["email", "name", "firstName", "lastName", "address"]


def destination_filters() -> list[NewFilter]:
    """Return the filters, new ones on each call, the first ones first."""
    return [
        _drop_staff("shop-web", "Mixpanel (shop)"),
        NewFilter(
            "shop-web",
            "Mixpanel (shop)",
            "Sample page views",
            'type = "page"',
            ({"type": "SAMPLE", "percent": 0.1, "path": "anonymousId"},),
            "Keeps the page views of one visitor in ten",
        ),
        _drop_staff("shop-web", "Google Analytics (shop)"),
        NewFilter(
            "shop-web",
            "Slack #growth",
            "Only sign-ups and reviews",
            '!( event = "Signed Up" or event = "Product Reviewed" )',
            ({"type": "DROP"},),
        ),
        NewFilter(
            "shop-web",
            "Slack #growth",
            "No personal data",
            "all",
            ({"type": "DROP_PROPERTIES", "fields": {"traits": list(_PERSONAL), "context": ["ip", "userAgent"]}},),
        ),
        NewFilter(
            "shop-web",
            "Braze (web)",
            "No anonymous visitors",
            "length( userId ) < 1",
            ({"type": "DROP"},),
            "Braze bills by profile",
        ),
        NewFilter(
            "shop-api",
            "Order webhook",
            "Orders without the customer",
            'contains( event, "Order" )',
            (
                {
                    "type": "ALLOW_PROPERTIES",
                    "fields": {"properties": ["order_id", "total", "currency", "products", "status"]},
                },
                {"type": "DROP_PROPERTIES", "fields": {"context.traits": ["email"]}},
            ),
        ),
        NewFilter(
            "shop-api",
            "Mixpanel (orders)",
            "No small change",
            'event = "Order Completed" and properties.total < 20',
            ({"type": "DROP"},),
        ),
        NewFilter(
            "shop-ios",
            "Braze (app)",
            "Old versions of the app",
            'match( context.app.version, "4.*" )',
            ({"type": "DROP"},),
            "Was needed while 4.9 sent broken push tokens",
            enabled=False,
        ),
    ]


def _drop_staff(source: str, destination: str) -> NewFilter:
    return NewFilter(source, destination, "Drop internal staff", _STAFF, ({"type": "DROP"},))
