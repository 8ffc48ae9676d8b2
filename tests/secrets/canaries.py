"""Secrets that are planted, and the search for them: whole, in any form, or a part of twelve characters."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable
from urllib.parse import quote

CONSTRUCTOR_TOKEN = "sgp_Cnu8jzPde0IgxLd6GncfBAepfJBd0Kh8oOOL8dKLzdocJ2isAjIhKtJ0"
CONSTRUCTOR_KEY = "CnRlgLKOmxgJTeKdNnFRIBXuDL7DxtpY"
NAMED_KEY = "CnlSXpfKtHF4vUCsMehGAkWvj7FAc9Qe"
ENVIRONMENT_TOKEN = "sgp_CnWJKY40uvSwMFLZDe1f8rESQedUStPKR0CsTy4Qwb8DwkNhFdnXsiVp"
ENVIRONMENT_KEY = "Cnzz63FfkCzJr4i0B3JrTAwR4y9ojflj"
ACCOUNT_TOKEN = "sgp_CnoQoaF1LlqsajAIxNKu8iS2G8NPRVdD53X83RZJzzzzgEOzdmenCkhv"
ACCOUNT_KEY = "CnMdgaKjIg8xNbe3nNyjOq9wMxEhh2FD"
CALL_TOKEN = "sgp_CnEEtfjgVvVqE1SkHbn88HxjSI6bWHtP3fS2qHx6kwXoIIXGvOoNZYW2"
CALL_KEY = "CnmZp0zVZomHFwUbbYrEqmSM9wCZ7Uw9"
ARGUMENT_KEY = "CnxfogoEmvnEN5N1aE6PwZPf1Qh6yYTW"
ODD_KEY = 'Cnb/of+another"form<of>collector&key'

CANARIES = {
    name: value for name, value in vars().items() if name.isupper() and isinstance(value, str) and "Cn" in value
}


def forms(secret: str) -> dict[str, str]:
    """The ways in which a secret can come back."""
    raw = secret.encode()
    encoded = quote(secret, safe="")
    return {
        "as it is": secret,
        "turned round": secret[::-1],
        "in upper case": secret.upper(),
        "in lower case": secret.lower(),
        "percent-encoded": encoded,
        "percent-encoded twice": quote(encoded, safe=""),
        "percent-encoded whole": "".join(f"%{byte:02X}" for byte in raw),
        "as JSON": json.dumps(secret)[1:-1],
        "as HTML": html.escape(secret),
        "in hexadecimal": raw.hex(),
        "in base64": base64.b64encode(raw).decode(),
        "in base64 for URLs": base64.urlsafe_b64encode(raw).decode(),
        "as basic authentication": base64.b64encode(raw + b":").decode(),
        "in base64 behind one byte": base64.b64encode(b"x" + raw + b"yz").decode(),
        "in base64 behind two": base64.b64encode(b"xy" + raw + b"z").decode(),
        "split by what nobody sees": "\u200b".join(secret),
        "inside a word": f"prefix{secret}suffix",
        "its first half": secret[:20],
        "its last half": secret[-20:],
        "cut by somebody": secret[:24] + "…",
    }


PART = 12


def found_in(text: str, secrets: Iterable[str] = tuple(CANARIES.values())) -> list[str]:
    """Which of the secrets are in the text: the first characters, which tell the planted ones apart, and the form.

    A mask is none: it shows eight characters.
    """
    folded = "\n".join(dict.fromkeys(text.casefold().splitlines()))
    found = []
    for secret in secrets:
        found += [f"{secret[:8]} {form}" for form, written in forms(secret).items() if written.casefold() in folded]
        found += [f"{secret[:8]} in part" for part in _parts(secret.casefold()) if part in folded][:1]
    return found


def _parts(secret: str) -> list[str]:
    return [written[n : n + PART] for written in (secret, secret[::-1]) for n in range(len(secret) - PART + 1)]
