"""Browsers and phones, and the `context` their SDKs collect.

Source: Segment docs, "Spec: Common Fields", table of the context fields each library collects; the versions and
user agents are samples. Addresses are from the blocks reserved for documentation.
"""

from __future__ import annotations

from dataclasses import dataclass

from segment_toolkit.sandbox.demo.dice import Dice
from segment_toolkit.sandbox.demo.instant import HOUR
from segment_toolkit.sandbox.demo.names import HOST, City
from segment_toolkit.sandbox.wire import Json

_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/605.1.15",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {_WEBKIT} Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
)
_PHONES = (("iPhone14,5", 390, 844), ("iPhone15,2", 393, 852), ("iPhone16,1", 393, 852), ("iPad13,1", 820, 1180))
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
# One device in fifty has a clock that is an hour fast; `sentAt` lets Segment see it.
FAST_CLOCK_SHARE = 0.02
FAST_CLOCK_MS = HOUR


@dataclass
class Device:
    """What a browser and a phone have in common: an anonymous id, a clock, and maybe somebody logged in."""

    anonymous_id: str
    ip: str
    fast_ms: int
    user_id: str | None = None
    used: bool = False
    busy_until: int = 0


@dataclass
class Browser(Device):
    """A browser, with the cookie that makes it an anonymous visitor."""

    user_agent: str = ""

    def context(self, city: City) -> Json:
        """What Analytics.js collects, but for the page."""
        return {
            "library": {"name": "analytics.js", "version": "next-1.77.0"},
            "userAgent": self.user_agent,
            "locale": city.locale,
            "timezone": city.timezone,
            "ip": self.ip,
        }


@dataclass
class Phone(Device):
    """A phone with the shop's app on it."""

    device_id: str = ""
    advertising_id: str | None = None
    push_token: str | None = None
    model: tuple[str, int, int] = _PHONES[0]
    app_version: str = "5.0.0"

    def context(self, city: City) -> Json:
        """What the Apple SDK collects."""
        model, width, height = self.model
        return {
            "app": {"name": "Acme", "version": self.app_version, "build": "512", "namespace": "com.example.acme"},
            "device": self._device(model),
            "library": {"name": "analytics-swift", "version": "1.6.2"},
            "locale": city.locale,
            "timezone": city.timezone,
            "os": {"name": "iOS", "version": "18.1"},
            "screen": {"width": width, "height": height},
            "network": {"cellular": False, "wifi": True},
            "ip": self.ip,
        }

    def _device(self, model: str) -> Json:
        device: Json = {"id": self.device_id, "type": "ios", "manufacturer": "Apple", "model": model}
        device["adTrackingEnabled"] = self.advertising_id is not None
        if self.advertising_id is not None:
            device["advertisingId"] = self.advertising_id
        if self.push_token is not None:
            device["token"] = self.push_token
        return device


def new_browser(dice: Dice) -> Browser:
    """Draw a browser that was never here."""
    return Browser(dice.uuid(), _ip(dice), _clock(dice), user_agent=dice.pick(_AGENTS))


def new_phone(dice: Dice) -> Phone:
    """Draw a phone; half of the owners allow tracking for ads, two thirds allow push messages."""
    return Phone(
        dice.uuid().upper(),
        _ip(dice),
        _clock(dice),
        device_id=dice.uuid().upper(),
        advertising_id=dice.uuid().upper() if dice.chance(0.5) else None,
        push_token=(dice.uuid() + dice.uuid()).replace("-", "") if dice.chance(0.66) else None,
        model=dice.pick(_PHONES),
        app_version=dice.pick(("4.9.2", "5.0.0", "5.0.0", "5.1.0")),
    )


def page_address(path: str, search: str = "") -> str:
    """Return the URL of a page of the shop."""
    return f"https://{HOST}{path}{search}"


def _ip(dice: Dice) -> str:
    return f"{dice.pick(_NETWORKS)}.{dice.between(10, 250)}"


def _clock(dice: Dice) -> int:
    return FAST_CLOCK_MS if dice.chance(FAST_CLOCK_SHARE) else 0
