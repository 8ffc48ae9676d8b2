"""Personal data known by its form: e-mail addresses, payment cards, telephone numbers.

Forms are guesses: a word with an @ in it is an address, 13 to 19 digits that pass Luhn's check are a card (one number
in ten does by chance), a telephone number has a + and a country or the North American form. All of it takes time that
is linear in the length of a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

Kind = Literal["email", "card", "phone"]
KINDS: Mapping[Kind, str] = {"email": "an e-mail address", "card": "a card number", "phone": "a telephone number"}

_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_LOCAL = re.compile(r"[\w.+%'*/=?^{|}~&!#$`-]")
_CARD = re.compile(r"(?<!\d)[2-6](?:[ -]?\d){12,18}(?!\d)")
_PHONE = re.compile(
    r"(?<![\w+])\+\d(?:[ ().-]{0,2}\d){6,14}(?!\d)|(?<![\w-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])"
)


def found_in(value: Any, kinds: Iterable[Kind]) -> Iterator[Kind]:
    """The kinds that a string or a number holds."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return
    text = value if isinstance(value, str) else f"{value:.0f}" if isinstance(value, float) else str(value)
    for kind in kinds:
        if _FINDERS[kind](text):
            yield kind


def holds_email(text: str) -> bool:
    """Whether an e-mail address is in the text, as in a URL too."""
    text = text.replace("%40", "@")
    at = text.find("@")
    while at != -1:
        if at and _LOCAL.match(text[at - 1]) and _DOMAIN.match(text, at + 1):
            return True
        at = text.find("@", at + 1)
    return False


def _holds_card(text: str) -> bool:
    return any(_passes_luhn(found[0]) for found in _CARD.finditer(text))


def _passes_luhn(text: str) -> bool:
    digits = [int(sign) for sign in reversed(text) if sign.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _holds_phone(text: str) -> bool:
    return _PHONE.search(text) is not None


_FINDERS = {"email": holds_email, "card": _holds_card, "phone": _holds_phone}
