"""The demo's tracking plan, in the form the Public API takes rules in, and how strict each source is with it.

Every property that the demo's traffic sends is in the plan, so that what a source blocks or omits is a mistake
of `mistakes.py` and nothing else.
Source: Public API reference, "Update Rules in Tracking Plan"; Segment docs, "Spec: V2 Ecommerce Events" for names
and types, "Create a Tracking Plan" for what a rule validates, "Customize your schema controls" for the settings.
"""

from __future__ import annotations

from segment_toolkit.sandbox.wire import Json

PLAN_NAME = "Shop events (demo)"
PLAN_SLUG = "shop-events-demo"
PLAN_DESCRIPTION = "What the shop's website, app and server may send"

_DRAFT = "http://json-schema.org/draft-07/schema#"
_TEXT: Json = {"type": "string"}
_ID: Json = {"type": "string", "minLength": 1}
_NUMBER: Json = {"type": "number"}
_MONEY: Json = {"type": "number", "minimum": 0}
_COUNT: Json = {"type": "integer", "minimum": 1}
_FLAG: Json = {"type": "boolean"}
_CURRENCY: Json = {"type": "string", "pattern": "^[A-Z]{3}$"}
_RATING: Json = {"type": "string", "pattern": "^[1-5]$"}
_INSTANT: Json = {"type": "string", "format": "date-time"}
_EMAIL: Json = {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"}
_OBJECTS: Json = {"type": "array", "items": {"type": "object"}}

_PRODUCT: dict[str, Json] = {
    "product_id": _ID,
    "sku": _ID,
    "name": _TEXT,
    "brand": _TEXT,
    "category": _TEXT,
    "variant": _TEXT,
    "price": _MONEY,
    "quantity": _COUNT,
    "position": _COUNT,
    "coupon": _TEXT,
    "url": _TEXT,
    "image_url": _TEXT,
}
_PRODUCTS: Json = {
    "type": "array",
    "items": {"type": "object", "properties": _PRODUCT, "required": ["product_id", "price"]},
}
_ORDER: dict[str, Json] = {
    "order_id": _ID,
    "checkout_id": _TEXT,
    "affiliation": _TEXT,
    "revenue": _NUMBER,
    "discount": _MONEY,
    "subtotal": _NUMBER,
    "shipping": _MONEY,
    "tax": _MONEY,
    "total": _NUMBER,
    "coupon": _TEXT,
    "currency": _CURRENCY,
    "products": _PRODUCTS,
}
_LIST: dict[str, Json] = {"list_id": _TEXT, "category": _TEXT, "products": _PRODUCTS}
_PROMOTION: dict[str, Json] = {"promotion_id": _ID, "creative": _TEXT, "name": _TEXT, "position": _TEXT}
_STEP: dict[str, Json] = {"checkout_id": _ID, "step": _COUNT, "shipping_method": _TEXT, "payment_method": _TEXT}
_COUPON: dict[str, Json] = {"cart_id": _TEXT, "coupon_id": _ID, "coupon_name": _TEXT}
_WISHLIST: dict[str, Json] = {"wishlist_id": _ID, "wishlist_name": _TEXT, **_PRODUCT}
_ORDER_SUMS = ("order_id", "revenue", "total", "currency", "products")

# Name, what may be among the properties, what must be.
_EVENTS: tuple[tuple[str, dict[str, Json], tuple[str, ...]], ...] = (
    ("Products Searched", {"query": _TEXT}, ("query",)),
    ("Product List Viewed", _LIST, ("list_id", "products")),
    ("Product List Filtered", {**_LIST, "filters": _OBJECTS, "sorts": _OBJECTS}, ("list_id",)),
    ("Promotion Viewed", _PROMOTION, ("promotion_id",)),
    ("Promotion Clicked", _PROMOTION, ("promotion_id",)),
    ("Product Clicked", _PRODUCT, ("product_id",)),
    ("Product Viewed", {**_PRODUCT, "currency": _CURRENCY}, ("product_id", "price")),
    ("Product Added", {**_PRODUCT, "cart_id": _ID}, ("product_id", "price", "quantity")),
    ("Product Removed", {**_PRODUCT, "cart_id": _ID}, ("product_id",)),
    ("Cart Viewed", {"cart_id": _ID, "products": _PRODUCTS}, ("products",)),
    ("Checkout Started", {**_ORDER, "value": _NUMBER}, ("order_id", "products")),
    ("Checkout Step Viewed", _STEP, ("checkout_id", "step")),
    ("Checkout Step Completed", _STEP, ("checkout_id", "step")),
    ("Payment Info Entered", {**_STEP, "order_id": _ID}, ("checkout_id",)),
    ("Order Completed", _ORDER, _ORDER_SUMS),
    ("Order Updated", {**_ORDER, "status": _TEXT}, _ORDER_SUMS),
    ("Order Refunded", _ORDER, ("order_id", "total")),
    ("Order Cancelled", _ORDER, _ORDER_SUMS),
    ("Coupon Entered", _COUPON, ("coupon_id",)),
    ("Coupon Applied", {**_COUPON, "discount": _MONEY}, ("coupon_id", "discount")),
    ("Coupon Denied", {**_COUPON, "reason": _TEXT}, ("coupon_id", "reason")),
    ("Product Added to Wishlist", _WISHLIST, ("product_id",)),
    ("Wishlist Product Added to Cart", {**_WISHLIST, "cart_id": _ID}, ("product_id",)),
    (
        "Product Reviewed",
        {"product_id": _ID, "review_id": _ID, "review_body": _TEXT, "rating": _RATING},
        ("product_id", "rating"),
    ),
    ("Signed Up", {"method": _TEXT, "plan": _TEXT}, ("method",)),
    ("Signed In", {"method": _TEXT}, ("method",)),
    ("Newsletter Subscribed", {"list": _TEXT, "placement": _TEXT}, ("list",)),
    ("Application Installed", {"version": _TEXT, "build": _TEXT}, ("version",)),
    ("Application Opened", {"version": _TEXT, "build": _TEXT, "from_background": _FLAG}, ("version",)),
    ("Segment Consent Preference Updated", {}, ()),
)
PLANNED_EVENTS = tuple(name for name, _, _ in _EVENTS)

_TRAITS: dict[str, Json] = {
    "email": _EMAIL,
    "firstName": _TEXT,
    "lastName": _TEXT,
    "name": _TEXT,
    "address": {"type": "object"},
    "createdAt": _INSTANT,
    "plan": _TEXT,
    "newsletter": _FLAG,
}
_COMPANY_TRAITS: dict[str, Json] = {
    "name": _TEXT,
    "industry": _TEXT,
    "employees": _COUNT,
    "plan": _TEXT,
    "website": _TEXT,
}
_PAGE: dict[str, Json] = dict.fromkeys(("path", "referrer", "search", "title", "url"), _TEXT)


def _object(properties: Json, required: tuple[str, ...]) -> Json:
    return {"type": "object", "properties": dict(properties), "required": list(required)}


def _rule(kind: str, container: str, properties: dict[str, Json], required: tuple[str, ...], key: str = "") -> Json:
    """Build a rule; its schema is about the whole event, as those that Segment's editor writes are."""
    schema = {"$schema": _DRAFT, **_object({container: _object(properties, required)}, (container,))}
    return {"type": kind, **({"key": key} if key else {}), "jsonSchema": schema, "version": 1}


def _common() -> Json:
    library = _object({"name": _TEXT, "version": _TEXT}, ("name",))
    context = _object({"library": library}, ("library",))
    users: Json = {"type": "string", "pattern": "^(cus|staff)_[0-9]+$"}
    fields = {"context": context, "messageId": _ID, "timestamp": _INSTANT, "userId": users}
    required = ("context", "messageId", "timestamp")
    return {"type": "COMMON", "jsonSchema": {"$schema": _DRAFT, **_object(fields, required)}, "version": 1}


def plan_rules() -> list[Json]:
    """Return the rules, new ones on each call: 30 track events, identify, group, pages, screens, common.

    That "Page Viewed" and "Screen Viewed" stand in `key` of a rule of type PAGE or SCREEN is assumed: the docs say
    only that pages are planned under these names.
    """
    return [
        *(_rule("TRACK", "properties", properties, required, name) for name, properties, required in _EVENTS),
        _rule("IDENTIFY", "traits", _TRAITS, ("email", "createdAt")),
        _rule("GROUP", "traits", _COMPANY_TRAITS, ("name",)),
        _rule("PAGE", "properties", _PAGE, ("path", "url"), "Page Viewed"),
        _rule("SCREEN", "properties", {"path": _TEXT}, (), "Screen Viewed"),
        _common(),
    ]


def source_settings() -> dict[str, Json]:
    """Return the schema settings of each source that has the plan, by its slug.

    The website omits what nobody planned; the app omits what is of the wrong type; the server's orders must be
    right as a whole, or are blocked.
    """
    return {
        "shop-web": _settings(unplanned_properties=False),
        "shop-ios": _settings(properties_on_violations=False),
        "shop-api": _settings(event_on_violations=False, common="BLOCK"),
    }


# Blocked events and violations of a source go to another source, by slug; the API takes their ids.
FORWARDING = {
    "shop-api": {"forwardingBlockedEventsTo": "rejected-events"},
    "shop-web": {"forwardingViolationsTo": "rejected-events"},
}


def _settings(
    *,
    unplanned_properties: bool = True,
    event_on_violations: bool = True,
    properties_on_violations: bool = True,
    common: str = "ALLOW",
) -> Json:
    lenient = {"allowUnplannedTraits": True, "allowTraitsOnViolations": True, "commonEventOnViolations": "ALLOW"}
    return {
        "track": {
            "allowUnplannedEvents": False,
            "allowUnplannedEventProperties": unplanned_properties,
            "allowEventOnViolations": event_on_violations,
            "allowPropertiesOnViolations": properties_on_violations,
            "commonEventOnViolations": common,
        },
        "identify": dict(lenient),
        "group": dict(lenient),
    }
