"""The people of the demo: visitors, customers, wholesale buyers and staff."""

from __future__ import annotations

from dataclasses import dataclass, field

from segment_toolkit.sandbox.demo.devices import Browser, Phone, new_browser, new_phone
from segment_toolkit.sandbox.demo.dice import Dice
from segment_toolkit.sandbox.demo.instant import stamp
from segment_toolkit.sandbox.demo.names import (
    CITIES,
    COMPANIES,
    FAMILY_NAMES,
    GIVEN_NAMES,
    INDUSTRIES,
    MAIL_DOMAIN,
    STREETS,
    City,
)
from segment_toolkit.sandbox.demo.products import Product
from segment_toolkit.sandbox.wire import Json

# Shares of the customers who ...
SHARED_BROWSER_SHARE = 0.03  # use the browser of somebody who already is one
TYPO_SHARE = 0.02  # mistype their address when they sign up, and correct it later
PHONE_SHARE = 0.4  # also have the app
WHOLESALE_SHARE = 0.012  # buy for a company
CONSENT_SHARE = 0.45  # were asked for consent, because of where they live
# Mean days between two visits, with None for those who do not come back.
_HABITS = (None, None, None, 170, 120, 80, 35)


@dataclass
class Company:
    """A wholesale customer's company."""

    id: str
    name: str
    industry: str
    employees: int
    plan: str = "wholesale"

    def traits(self) -> Json:
        """The company as a group call describes it."""
        host = self.name.lower().replace(" ", "-").replace("&", "and")
        return {
            "name": self.name,
            "industry": self.industry,
            "employees": self.employees,
            "plan": self.plan,
            "website": f"https://{host}.example.com",
        }


@dataclass
class Person:
    """Somebody who comes to the shop; the user id counts only once they have signed up."""

    user_id: str
    given: str
    family: str
    email: str
    mistyped: str | None
    city: City
    street: str
    browser: Browser
    phone: Phone | None
    habit: int | None
    consent: dict[str, bool] | None
    integrations: Json | None
    company: Company | None = None
    plan: str = "free"
    newsletter: bool = False
    signed_up_at: int | None = None
    wishlist: list[Product] = field(default_factory=list)

    def traits(self) -> Json:
        """The customer as an identify call describes them."""
        return {
            "email": self.mistyped or self.email,
            "firstName": self.given,
            "lastName": self.family,
            "name": f"{self.given} {self.family}",
            "address": {
                "street": self.street,
                "city": self.city.name,
                "state": self.city.region,
                "postalCode": self.city.postal_code,
                "country": self.city.country,
            },
            "createdAt": stamp(self.signed_up_at or 0),
            "plan": self.plan,
            "newsletter": self.newsletter,
        }


def new_person(number: int, dice: Dice, browser: Browser | None = None) -> Person:
    """Draw somebody; `number` makes the ids unique, `browser` is one they share with somebody else."""
    given, family = dice.pick(GIVEN_NAMES), dice.pick(FAMILY_NAMES)
    name = f"{given}.{family}".lower()
    return Person(
        user_id=f"cus_{10_000 + number}",
        given=given,
        family=family,
        email=f"{name}.{number}@{MAIL_DOMAIN}",
        mistyped=f"{_swapped(name, dice)}.{number}@{MAIL_DOMAIN}" if dice.chance(TYPO_SHARE) else None,
        city=dice.pick(CITIES),
        street=f"{dice.between(1, 120)} {dice.pick(STREETS)}",
        browser=browser or new_browser(dice),
        phone=new_phone(dice) if dice.chance(PHONE_SHARE) else None,
        habit=dice.pick(_HABITS),
        consent=_consent(dice) if dice.chance(CONSENT_SHARE) else None,
        integrations=_integrations(dice),
        newsletter=dice.chance(0.45),
    )


def new_staff(number: int, dice: Dice) -> Person:
    """Draw somebody of the shop's own staff; they browse a lot and buy nothing."""
    person = new_person(0, dice)
    person.user_id = f"staff_{number:03}"
    person.email = f"staff.{number}@{MAIL_DOMAIN}"
    person.mistyped, person.consent, person.integrations = None, None, None
    person.plan, person.newsletter = "staff", False
    return person


def new_companies(dice: Dice) -> list[Company]:
    """Draw the companies that wholesale customers buy for."""
    return [
        Company(f"company_{number:02}", name, dice.pick(INDUSTRIES), dice.between(8, 400))
        for number, name in enumerate(COMPANIES, start=1)
    ]


def _swapped(name: str, dice: Dice) -> str:
    """Swap two neighbours that differ: how most typos are made."""
    places = [at for at in range(len(name) - 1) if name[at] != name[at + 1] and name[at : at + 2].isalpha()]
    at = dice.pick(places)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _consent(dice: Dice) -> dict[str, bool]:
    """Draw what somebody ticked in the banner; the categories are the demo's."""
    analytics = dice.chance(0.8)
    return {"functional": True, "analytics": analytics, "advertising": analytics and dice.chance(0.6)}


def _integrations(dice: Dice) -> Json | None:
    """Draw the `integrations` object of somebody who opted out of a tool, or of all of them; mostly None."""
    draw = dice.random()
    if draw < 0.01:
        return {"All": False, "Webhooks (Actions)": True}
    return {"All": True, "Braze Cloud Mode (Actions)": False} if draw < 0.06 else None
