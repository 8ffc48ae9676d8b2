"""What must never be told: the toolkit's own secrets in the forms in which they travel, and a model's planted ones."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote

from segment_toolkit.sandbox import Sandbox

#: Secrets of nobody: what a model may have picked up somewhere, and may put anywhere.
PLANTED_TOKEN = "sgp_" + "Planted0Token1" * 4
PLANTED_KEY = "PlantedKey0123456789abcdefghijkl"
PLANTED = (PLANTED_TOKEN, PLANTED_KEY)


def own_secrets(box: Sandbox) -> tuple[str, ...]:
    """The workspace's token and write keys, plain and as HTTP carries them."""
    plain = (box.token, *box.write_keys.values())
    basic = (b64encode(f"{secret}:".encode()).decode() for secret in plain)
    return tuple(dict.fromkeys((*plain, *basic, *(quote(secret, safe="") for secret in plain))))


def told(text: str, secrets: Iterable[str]) -> list[int]:
    """The numbers of the secrets that stand in a text: a report must not tell them either."""
    return [number for number, secret in enumerate(secrets) if secret in text]
