"""Made-up secrets of the right form, and the configs that carry them."""

from __future__ import annotations

from typing import Any

TOKEN = "sgp_MadeUpTokenOfTheWorkspace0123456789"
WRITE_KEY = "wK3madeUpWriteKeyOfOneSource0001"
OTHER_WRITE_KEY = "wK3madeUpWriteKeyOfOneSource0002"
SECRETS = (TOKEN, WRITE_KEY, OTHER_WRITE_KEY)


def config(**val: Any) -> dict[str, Any]:
    return {"auth_scheme": "API_KEY", "val": val}


def token_config(region: str = "us") -> dict[str, Any]:
    return config(generic_api_key=TOKEN, region=region)


def shows_a_secret(text: str) -> bool:
    return any(secret in text for secret in SECRETS)
