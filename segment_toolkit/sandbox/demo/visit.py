"""One person on one device: each step takes time and sends what an SDK would send.

Source: Segment docs, "Spec" pages for the calls; "Spec: Common Fields" for what they have in common.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from segment_toolkit.sandbox.demo.devices import Browser, Phone, page_address
from segment_toolkit.sandbox.demo.instant import HOUR, MINUTE, SECOND, stamp
from segment_toolkit.sandbox.demo.people import Company, Person
from segment_toolkit.sandbox.demo.shop import IOS, WEB, Shop
from segment_toolkit.sandbox.wire import Json

# The share of web messages that fail at first and are sent again, so that they arrive after later ones.
RETRY_SHARE = 0.02
# The share of app visits without a network, whose messages arrive together, hours later and shuffled.
OFFLINE_SHARE = 0.05


@dataclass
class Visit:
    """A visit to the shop, on the web or in the app; `now` is the true time, in milliseconds."""

    shop: Shop
    person: Person
    device: Browser | Phone
    now: int
    campaign: Json | None = None
    referrer: str = ""
    online_at: int | None = None
    page: Json = field(default_factory=dict)

    @property
    def in_app(self) -> bool:
        """Whether this is a visit with the app."""
        return isinstance(self.device, Phone)

    def wait(self, low: int, high: int) -> None:
        """Let some seconds pass."""
        self.now += self.shop.dice.between(low * SECOND, high * SECOND)

    def view(self, name: str, path: str, search: str = "") -> None:
        """Go to a page or screen."""
        if self.in_app:
            self._send("screen", name=name, properties={"path": path})
            return
        referrer = self.page.get("url", self.referrer)
        url = page_address(path, search)
        self.page = {"path": path, "referrer": referrer, "search": search, "title": f"{name} | Acme", "url": url}
        self._send("page", name=name, properties=dict(self.page))

    def track(self, event: str, properties: Json) -> None:
        """Do something in the shop."""
        self._send("track", event=event, properties=properties)

    def identify(self, traits: Json) -> None:
        """Tell who this is; from here on the device knows, too."""
        self.device.user_id = self.person.user_id
        self._send("identify", traits=traits)

    def group(self, company: Company) -> None:
        """Tell which company this person buys for."""
        self._send("group", groupId=company.id, traits=company.traits())

    def leave(self) -> None:
        """End the visit: nobody else comes to this device before that."""
        self.device.used = True
        self.device.busy_until = self.now + MINUTE

    def _send(self, kind: str, **own: object) -> None:
        device = self.device
        sent, received = self._delivery(kind)
        message: Json = {"type": kind, **own, "anonymousId": device.anonymous_id}
        if device.user_id is not None:
            message["userId"] = device.user_id
        if self.person.integrations is not None:
            message["integrations"] = dict(self.person.integrations)
        message["context"] = self._context()
        message["messageId"] = self._message_id()
        message["timestamp"] = stamp(self.now + device.fast_ms)
        message["sentAt"] = stamp(sent + device.fast_ms)
        self.shop.outbox.post(received, IOS if self.in_app else WEB, message)
        self.now += self.shop.dice.between(15, 400)

    def _delivery(self, kind: str) -> tuple[int, int]:
        """Draw when the message is sent, and when it arrives (true time)."""
        dice = self.shop.dice
        if self.online_at is not None:
            return self.online_at, self.online_at + dice.between(60, 2_500)
        # An identify that comes late would let an order from the server overtake its customer.
        late = kind != "identify" and dice.chance(RETRY_SHARE)
        sent = self.now + (dice.between(20, 240) * SECOND if late else dice.between(5, 40))
        return sent, sent + dice.between(40, 180)

    def _context(self) -> Json:
        context = self.device.context(self.person.city)
        if not self.in_app:
            context["page"] = dict(self.page)
            if self.campaign is not None:
                context["campaign"] = dict(self.campaign)
        if self.person.consent is not None:
            context["consent"] = {"categoryPreferences": dict(self.person.consent)}
        if self.person.company is not None and self.device.user_id == self.person.user_id:
            context["groupId"] = self.person.company.id
        return context

    def _message_id(self) -> str:
        uuid = self.shop.dice.uuid()
        return uuid.upper() if self.in_app else f"ajs-next-{self.now}-{uuid}"


def start_visit(shop: Shop, person: Person, device: Browser | Phone, day: int, campaign: Json | None = None) -> Visit:
    """Begin a visit on this day, when the device is free."""
    wanted = shop.calendar.moment_in(day, person.city.offset_hours, shop.dice)
    begin = max(wanted, device.busy_until, person.browser.busy_until)
    visit = Visit(shop, person, device, begin, campaign)
    if visit.in_app and device.user_id == person.user_id and shop.dice.chance(OFFLINE_SHARE):
        visit.online_at = begin + shop.dice.between(2 * HOUR, 30 * HOUR)
    return visit
