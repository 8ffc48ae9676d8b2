"""Identifiers, token and write keys, derived from the seed string at run time.

Nothing secret-looking stands in the repository: the same seed gives the same workspace, another seed
another one.
"""

from __future__ import annotations

import hashlib
import string

_ALPHABET = string.ascii_letters + string.digits


def derive(*parts: str, length: int) -> str:
    """Return `length` alphanumerics that depend on nothing but the parts."""
    digest = hashlib.shake_256("\0".join(parts).encode("utf-8", "surrogatepass")).digest(length)
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest)


def amount(*parts: str, low: int, high: int) -> int:
    """Return a number between low and high, both included, that depends on nothing but the parts."""
    digest = hashlib.shake_256("\0".join(parts).encode("utf-8", "surrogatepass")).digest(8)
    return low + int.from_bytes(digest, "big") % (high - low + 1)
