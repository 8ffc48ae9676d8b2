"""What people do in the shop short of paying: arrive, look around, fill a cart, sign up, sign in.

Source: Segment docs, "Spec: V2 Ecommerce Events" for names and properties of its events; "Consent in Segment
Connections" for the consent event. Signed Up, Signed In and Newsletter Subscribed are the shop's own.
"""

from __future__ import annotations

from segment_toolkit.sandbox.demo.devices import Phone
from segment_toolkit.sandbox.demo.names import SEARCHES
from segment_toolkit.sandbox.demo.products import CATEGORIES, PRODUCTS, Line, Product
from segment_toolkit.sandbox.demo.visit import Visit
from segment_toolkit.sandbox.wire import Json

ADD_SHARE = 0.36
WISH_SHARE = 0.07


def arrive(visit: Visit) -> None:
    """Open the shop; the first time on a browser, answer the consent banner, on a phone, install the app."""
    first = not visit.device.used
    if isinstance(visit.device, Phone):
        version = {"version": visit.device.app_version, "build": "512"}
        if first:
            visit.track("Application Installed", version)
        visit.track("Application Opened", {**version, "from_background": not first})
    visit.view("Home", "/", _search(visit))
    consent = visit.person.consent
    if first and not visit.in_app and consent is not None:
        visit.track("Segment Consent Preference Updated", {})
    visit.wait(2, 30)


def _search(visit: Visit) -> str:
    if visit.campaign is None:
        return ""
    tags = {"utm_source": "source", "utm_medium": "medium", "utm_campaign": "name"}
    return "?" + "&".join(f"{tag}={visit.campaign[name]}" for tag, name in tags.items())


def see_promotion(visit: Visit, name: str) -> None:
    """Notice the banner on the home page, and maybe click it."""
    banner = {"promotion_id": f"promo_{name}", "creative": "top_banner_2", "name": name, "position": "home_top"}
    visit.track("Promotion Viewed", banner)
    if visit.shop.dice.chance(0.25):
        visit.wait(1, 6)
        visit.track("Promotion Clicked", dict(banner))


def browse(visit: Visit, cart_id: str) -> list[Line]:
    """Look around, and return what went into the cart."""
    dice, cart = visit.shop.dice, [*_from_wishlist(visit, cart_id)]
    for _ in range(dice.pick((1, 1, 1, 2))):
        shelf = _search_products(visit) if dice.chance(0.25) else _open_category(visit)
        for position, product in enumerate(dice.some(shelf, dice.between(0, 2)), start=1):
            _open_product(visit, product, position)
            if dice.chance(ADD_SHARE):
                cart.append(_add(visit, product, cart_id))
            elif dice.chance(WISH_SHARE):
                _wish(visit, product)
    return _change_of_mind(visit, cart, cart_id)


def browse_anonymously(visit: Visit) -> None:
    """Look at little, as most visitors do, and go."""
    dice = visit.shop.dice
    if dice.chance(0.4):
        shelf = _open_category(visit)
        if dice.chance(0.6):
            product = dice.pick(shelf)
            _open_product(visit, product, 1)
            if dice.chance(0.12):
                _add(visit, product, f"cart_{visit.shop.number()}")


def sign_up(visit: Visit) -> None:
    """Become a customer; some mistype their address and see it a minute later."""
    person = visit.person
    visit.view("Sign Up", "/signup")
    visit.wait(20, 90)
    person.signed_up_at = visit.now
    visit.identify(person.traits())
    visit.track("Signed Up", {"method": "email", "plan": person.plan})
    if person.newsletter:
        visit.track("Newsletter Subscribed", {"list": "letter", "placement": "signup"})
    if person.mistyped is not None:
        visit.wait(30, 120)
        person.mistyped = None
        visit.identify(person.traits())
    if person.company is not None:
        visit.group(person.company)
    visit.shop.customers.append(person)


def sign_in(visit: Visit) -> None:
    """Log in, when somebody else, or nobody, is logged in on the device."""
    visit.wait(3, 25)
    visit.identify(visit.person.traits())
    visit.track("Signed In", {"method": "email"})
    visit.wait(1, 8)


def review(visit: Visit, product: Product) -> None:
    """Say how it was; the rating is text, as the spec has it."""
    rating = visit.shop.dice.pick("345555")
    visit.view("Product", f"/products/{product.sku.lower()}")
    visit.wait(30, 200)
    words = {"3": "Not what I expected, but fine.", "4": "Good.", "5": "I would buy it again."}
    own = {"review_id": f"review_{visit.shop.number()}", "review_body": words[rating], "rating": rating}
    visit.track("Product Reviewed", {"product_id": product.product_id, **own})


def _open_category(visit: Visit) -> tuple[Product, ...]:
    category = visit.shop.dice.pick(tuple(CATEGORIES))
    slug, shelf = category.lower().replace(" ", "-"), CATEGORIES[category]
    visit.view("Category", f"/c/{slug}")
    visit.track("Product List Viewed", {"list_id": slug, "category": category, "products": _shown(shelf[:4])})
    visit.wait(4, 40)
    if visit.shop.dice.chance(0.1):
        filters, sorts = [{"type": "price", "value": "under-50"}], [{"type": "price", "value": "asc"}]
        own = {"list_id": slug, "category": category, "filters": filters, "sorts": sorts}
        visit.track("Product List Filtered", {**own, "products": _shown(shelf[:2])})
        visit.wait(4, 20)
    return shelf


def _shown(shelf: tuple[Product, ...]) -> list[Json]:
    return [{**product.view(), "position": position} for position, product in enumerate(shelf, start=1)]


def _search_products(visit: Visit) -> tuple[Product, ...]:
    query = visit.shop.dice.pick(SEARCHES)
    visit.view("Search", "/search", f"?q={query.replace(' ', '+')}")
    visit.track("Products Searched", {"query": query})
    visit.wait(4, 30)
    return PRODUCTS


def _open_product(visit: Visit, product: Product, position: int) -> None:
    if not visit.in_app and visit.shop.dice.chance(0.2):
        visit.track("Product Clicked", {**product.view(), "position": position})
    visit.view("Product", f"/products/{product.sku.lower()}")
    visit.track("Product Viewed", {**product.view(), "currency": "EUR"})
    visit.wait(8, 120)


def _add(visit: Visit, product: Product, cart_id: str) -> Line:
    line = Line(product, _quantity(visit))
    visit.track("Product Added", {"cart_id": cart_id, **line.view()})
    visit.wait(3, 20)
    return line


def _quantity(visit: Visit) -> int:
    if visit.person.company is not None:
        return visit.shop.dice.between(6, 40)
    return visit.shop.dice.pick((1, 1, 1, 1, 2, 2, 3))


def _wish(visit: Visit, product: Product) -> None:
    if product in visit.person.wishlist:
        return
    visit.person.wishlist.append(product)
    visit.track("Product Added to Wishlist", {**_wishlist(visit), **product.view()})


def _from_wishlist(visit: Visit, cart_id: str) -> list[Line]:
    wishlist = visit.person.wishlist
    if not wishlist or not visit.shop.dice.chance(0.5):
        return []
    line = Line(wishlist.pop(), 1)
    visit.track("Wishlist Product Added to Cart", {**_wishlist(visit), "cart_id": cart_id, **line.view()})
    return [line]


def _wishlist(visit: Visit) -> dict[str, str]:
    return {"wishlist_id": f"wishlist_{visit.person.user_id}", "wishlist_name": "Later"}


def _change_of_mind(visit: Visit, cart: list[Line], cart_id: str) -> list[Line]:
    if len(cart) < 2 or not visit.shop.dice.chance(0.15):
        return cart
    visit.track("Product Removed", {"cart_id": cart_id, **cart[0].view()})
    return cart[1:]
