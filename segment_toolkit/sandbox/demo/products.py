"""What the shop sells, and what a cart of it costs. Money is whole cents until it goes on the wire.

Source: Segment docs, "Spec: V2 Ecommerce Events": the names of product and order properties, and how its sample
orders add up (`revenue` is the products, `subtotal` is after the discount, `total` adds shipping and tax).
"""

from __future__ import annotations

from dataclasses import dataclass

from segment_toolkit.sandbox.demo.names import HOST
from segment_toolkit.sandbox.wire import Json

CURRENCY = "EUR"
FREE_SHIPPING_FROM = 60_00
SHIPPING = {"standard": 4_90, "express": 9_90, "pickup": 0}
TAX_PERCENT = 20


@dataclass(frozen=True)
class Product:
    """Something on the shelf."""

    product_id: str
    sku: str
    name: str
    brand: str
    category: str
    variant: str
    cents: int

    def view(self) -> Json:
        """The product as the spec writes it."""
        url = f"https://{HOST}/products/{self.sku.lower()}"
        return {
            "product_id": self.product_id,
            "sku": self.sku,
            "name": self.name,
            "brand": self.brand,
            "category": self.category,
            "variant": self.variant,
            "price": amount(self.cents),
            "url": url,
            "image_url": f"{url}.jpg",
        }


@dataclass(frozen=True)
class Coupon:
    """A code that takes some per cent off."""

    id: str
    name: str
    percent: int


@dataclass(frozen=True)
class Line:
    """A product in a cart, and how many of it."""

    product: Product
    quantity: int

    @property
    def cents(self) -> int:
        """What the line costs."""
        return self.product.cents * self.quantity

    def view(self) -> Json:
        """The line as an item of `products`."""
        return {**self.product.view(), "quantity": self.quantity}


@dataclass(frozen=True)
class Bill:
    """What a cart comes to, in cents."""

    products: int
    discount: int
    shipping: int
    tax: int

    @property
    def total(self) -> int:
        """What the customer pays."""
        return self.products - self.discount + self.shipping + self.tax

    def view(self) -> Json:
        """The sums as an order event has them."""
        return {
            "revenue": amount(self.products),
            "discount": amount(self.discount),
            "subtotal": amount(self.products - self.discount),
            "shipping": amount(self.shipping),
            "tax": amount(self.tax),
            "total": amount(self.total),
            "currency": CURRENCY,
        }


def bill(lines: list[Line], *, coupon: Coupon | None, shipping_method: str) -> Bill:
    """Add up a cart; discount and tax are rounded half up to the cent."""
    products = sum(line.cents for line in lines)
    discount = _percent(products, coupon.percent) if coupon else 0
    free = products >= FREE_SHIPPING_FROM and shipping_method == "standard"
    shipping = 0 if free else SHIPPING[shipping_method]
    return Bill(products, discount, shipping, _percent(products - discount, TAX_PERCENT))


def amount(cents: int) -> float:
    """Write cents as the wire has them: a number with at most two decimals."""
    return cents / 100


def _percent(cents: int, percent: int) -> int:
    return (cents * percent + 50) // 100


def _shelf(category: str, brand: str, prefix: str, *items: tuple[str, str, int]) -> tuple[Product, ...]:
    return tuple(
        Product(f"{prefix.lower()}{1000 + number}", f"{prefix}-{number:02}", name, brand, category, variant, cents)
        for number, (name, variant, cents) in enumerate(items, start=1)
    )


CATEGORIES = {
    "Kitchen": _shelf(
        "Kitchen",
        "Tallow & Tin",
        "KIT",
        ("Chopping Board", "Oak", 34_90),
        ("Paring Knife", "9 cm", 19_50),
        ("Chef Knife", "20 cm", 64_00),
        ("Linen Apron", "Sand", 29_95),
        ("Bread Basket", "Willow", 18_40),
        ("Mixing Bowl", "Steel", 22_00),
        ("Pepper Mill", "Walnut", 39_90),
        ("Tea Towels", "Set of 3", 16_80),
    ),
    "Table": _shelf(
        "Table",
        "Ninepenny",
        "TAB",
        ("Dinner Plate", "Cream", 14_90),
        ("Soup Bowl", "Cream", 12_90),
        ("Blue Mug", "300 ml", 11_50),
        ("Wine Glass", "Set of 2", 24_00),
        ("Cutlery Set", "24 pieces", 119_00),
        ("Tablecloth", "Flax", 54_50),
        ("Carafe", "1 l", 27_30),
        ("Egg Cups", "Set of 4", 13_20),
    ),
    "Tea and Coffee": _shelf(
        "Tea and Coffee",
        "Kettle Row",
        "TEA",
        ("Teapot", "Cast Iron", 58_00),
        ("Filter Coffee", "500 g", 13_90),
        ("Green Tea", "100 g", 9_80),
        ("Hand Grinder", "Steel", 79_00),
        ("Milk Jug", "Copper", 32_60),
        ("Earl Grey", "100 g", 8_90),
    ),
    "Home": _shelf(
        "Home",
        "Moth & Lantern",
        "HOM",
        ("Beeswax Candle", "Tall", 12_40),
        ("Wool Blanket", "Grey", 89_00),
        ("Stoneware Vase", "Moss", 42_00),
        ("Reed Basket", "Large", 36_70),
        ("Desk Lamp", "Brass", 129_00),
        ("Cushion", "Rust", 27_90),
        ("Door Mat", "Coir", 21_50),
        ("Picture Frame", "A4", 17_60),
    ),
}
PRODUCTS = tuple(product for shelf in CATEGORIES.values() for product in shelf)

COUPONS = (
    Coupon("welcome10", "Welcome 10", 10),
    Coupon("letter15", "Newsletter 15", 15),
    Coupon("sale25", "Sale Week 25", 25),
)
