"""Which media type an answer gets, from the Accept header.

What is asked for is answered: a version by its vendor type, `application/json` as such (the official TypeScript SDK
asks for nothing else), and where anything will do, the vendor type of the most stable version. None of this is
documented, so it is assumed; the SDKs take `application/json` and any `+json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_QUALITY = re.compile(r"q\s*=\s*([01](?:\.[0-9]{0,3})?)", re.IGNORECASE)


class _Range(NamedTuple):
    """A media range of an Accept header: `type/subtype`, `type/*` or `*/*`, in lower case."""

    text: str
    quality: float

    def specificity(self, media_type: str) -> int:
        """Tell how exactly it names a media type; 0 when it does not."""
        if self.text == media_type:
            return 3
        if self.text == f"{media_type.partition('/')[0]}/*":
            return 2
        return int(self.text == "*/*")


def negotiated(accept: Sequence[str], media_types: Sequence[str]) -> str | None:
    """Return which of the media types the Accept headers like best, None when they want none of them.

    Between equally good ones the one that is named most exactly wins, then the first in the list.
    """
    ranges = [found for header in accept for found in _ranges(header)]
    if not ranges:
        return media_types[0]
    scores = [(_score(ranges, media_type), media_type) for media_type in media_types]
    (quality, _), best = max(scores, key=lambda scored: scored[0])
    return best if quality > 0 else None


def _score(ranges: list[_Range], media_type: str) -> tuple[float, int]:
    specificity, quality = max((found.specificity(media_type), found.quality) for found in ranges)
    return (quality, specificity) if specificity else (0.0, 0)


def _ranges(header: str) -> Iterator[_Range]:
    for text in header.split(","):
        name, *parameters = (part.strip() for part in text.split(";"))
        if name:
            qualities = [match[1] for part in parameters if (match := _QUALITY.fullmatch(part))]
            yield _Range(name.lower(), float(qualities[-1]) if qualities else 1.0)
