"""From the cart to the order, and what the shop's server says of the order afterwards.

The browser or app sends the steps of the checkout; the server sends what became of the order.
Source: Segment docs, "Spec: V2 Ecommerce Events", "Core Ordering" and "Coupons".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from segment_toolkit.sandbox.demo.browsing import review
from segment_toolkit.sandbox.demo.instant import HOUR, MINUTE, SECOND, stamp
from segment_toolkit.sandbox.demo.people import Company, Person
from segment_toolkit.sandbox.demo.products import COUPONS, CURRENCY, Bill, Coupon, Line, amount, bill
from segment_toolkit.sandbox.demo.seasons import in_sale_week
from segment_toolkit.sandbox.demo.shop import API, Shop
from segment_toolkit.sandbox.demo.visit import Visit, start_visit
from segment_toolkit.sandbox.wire import Json

START_SHARE, PAY_SHARE = 0.75, 0.78
CANCEL_SHARE, REFUND_SHARE, REVIEW_SHARE = 0.03, 0.08, 0.15
COUPON_SHARE = 0.2


@dataclass(frozen=True)
class Order:
    """A cart that somebody checks out, and what it comes to."""

    id: str
    person: Person
    lines: list[Line]
    coupon: Coupon | None
    bill: Bill

    def view(self) -> Json:
        """The order as `properties` of an order event."""
        coupon = {} if self.coupon is None else {"coupon": self.coupon.id}
        products = [line.view() for line in self.lines]
        affiliation = "Acme" if self.person.company is None else "Acme Wholesale"
        return {
            "order_id": self.id,
            "affiliation": affiliation,
            **self.bill.view(),
            **coupon,
            "products": products,
        }


def check_out(visit: Visit, lines: list[Line], cart_id: str) -> None:
    """Go to the cart, and maybe on to the checkout and through it."""
    dice = visit.shop.dice
    visit.view("Cart", "/cart")
    visit.track("Cart Viewed", {"cart_id": cart_id, "products": [line.view() for line in lines]})
    visit.wait(5, 60)
    if not dice.chance(START_SHARE):
        return
    coupon = _try_coupon(visit, lines, cart_id)
    method = dice.pick(("standard", "standard", "standard", "express", "pickup"))
    bought = bill(lines, coupon=coupon, shipping_method=method)
    order = Order(f"order_{100_000 + visit.shop.number()}", visit.person, lines, coupon, bought)
    checkout_id = f"checkout_{order.id.removeprefix('order_')}"
    properties = order.view()
    visit.track("Checkout Started", {"checkout_id": checkout_id, "value": properties.pop("total"), **properties})
    if _pay(visit, checkout_id, method):
        _complete(visit, order, checkout_id)


def _try_coupon(visit: Visit, lines: list[Line], cart_id: str) -> Coupon | None:
    dice = visit.shop.dice
    day = visit.shop.calendar.dates[min(visit.shop.calendar.day_of(visit.now), visit.shop.calendar.days - 1)]
    if not dice.chance(0.6 if in_sale_week(day) else COUPON_SHARE):
        return None
    coupon = COUPONS[2] if in_sale_week(day) else dice.pick(COUPONS)
    about = {"cart_id": cart_id, "coupon_id": coupon.id}
    visit.track("Coupon Entered", about)
    if coupon.id == "sale25" and not in_sale_week(day):
        visit.track("Coupon Denied", {**about, "coupon_name": coupon.name, "reason": "Coupon expired"})
        return None
    discount = bill(lines, coupon=coupon, shipping_method="standard").discount
    visit.track("Coupon Applied", {**about, "coupon_name": coupon.name, "discount": amount(discount)})
    return coupon


def _pay(visit: Visit, checkout_id: str, method: str) -> bool:
    """Walk through address and payment; tells whether the customer paid."""
    dice = visit.shop.dice
    chosen = {"shipping_method": method, "payment_method": dice.pick(("card", "card", "paypal", "invoice"))}
    for step in (1, 2):
        visit.track("Checkout Step Viewed", {"checkout_id": checkout_id, "step": step})
        visit.wait(15, 90)
        if step == 2 and not dice.chance(PAY_SHARE):
            return False
        visit.track("Checkout Step Completed", {"checkout_id": checkout_id, "step": step, **chosen})
    visit.track("Payment Info Entered", {"checkout_id": checkout_id, "step": 2, **chosen})
    visit.wait(1, 5)
    return True


def _complete(visit: Visit, order: Order, checkout_id: str) -> None:
    shop, dice = visit.shop, visit.shop.dice
    _tell(shop, order, visit.now, "Order Completed", {"checkout_id": checkout_id, **order.view()})
    visit.wait(1, 4)
    visit.view("Thank You", "/checkout/thanks")
    today, fate = shop.calendar.day_of(visit.now), dice.random()
    if fate < CANCEL_SHARE:
        _tell(shop, order, visit.now + dice.between(10 * MINUTE, 5 * HOUR), "Order Cancelled", order.view())
        return
    shop.plan(today + dice.between(1, 3), partial(_shipped, shop, order))
    if fate < CANCEL_SHARE + REFUND_SHARE:
        shop.plan(today + dice.between(6, 21), partial(_refunded, shop, order))
    elif dice.chance(REVIEW_SHARE):
        shop.plan(today + dice.between(7, 20), partial(_reviewed, shop, order))


def _shipped(shop: Shop, order: Order, day: int) -> None:
    _tell(
        shop, order, shop.calendar.moment_in(day, 1, shop.dice), "Order Updated", {**order.view(), "status": "shipped"}
    )


def _refunded(shop: Shop, order: Order, day: int) -> None:
    properties: Json = {"order_id": order.id, "total": amount(order.bill.total), "currency": CURRENCY}
    properties["products"] = [line.view() for line in order.lines]
    _tell(shop, order, shop.calendar.moment_in(day, 1, shop.dice), "Order Refunded", properties)


def _reviewed(shop: Shop, order: Order, day: int) -> None:
    if order.person.browser.user_id != order.person.user_id:
        return
    visit = start_visit(shop, order.person, order.person.browser, day)
    review(visit, shop.dice.pick(order.lines).product)
    visit.leave()


def grow(shop: Shop, person: Person, company: Company, day: int) -> None:
    """Have the server report that a company hired and, once large, got a better plan."""
    company.employees += shop.dice.between(1, 30)
    company.plan = "wholesale-plus" if company.employees > 250 else company.plan
    now = shop.calendar.moment_in(day, 1, shop.dice)
    _post(shop, person, now, {"type": "group", "groupId": company.id, "traits": company.traits()})
    shop.plan(day + 90, partial(grow, shop, person, company))


def _tell(shop: Shop, order: Order, now: int, event: str, properties: Json) -> None:
    _post(shop, order.person, now, {"type": "track", "event": event, "properties": properties})


def _post(shop: Shop, person: Person, now: int, own: Json) -> None:
    """Send a message from the server, which knows the customer and keeps good time."""
    context: Json = {"library": {"name": "acme-backend", "version": "4.2.0"}, "traits": {"email": person.email}}
    if person.company is not None:
        context["groupId"] = person.company.id
    message: Json = {**own, "userId": person.user_id, "context": context}
    if person.integrations is not None:
        message["integrations"] = dict(person.integrations)
    message["messageId"] = shop.dice.uuid()
    message["timestamp"] = stamp(now)
    # The server sends in batches, every few seconds.
    sent = now + shop.dice.between(200, 5 * SECOND)
    message["sentAt"] = stamp(sent)
    shop.outbox.post(sent + shop.dice.between(20, 90), API, message)
