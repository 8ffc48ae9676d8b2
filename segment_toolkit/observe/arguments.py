"""A call's arguments as they may be kept: JSON data without secrets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from ..call.toolcall import parse
from ..errors import ToolkitError
from ..names import folded
from ..secrecy.redaction import Redactor, masked

#: What nests deeper than this is not kept: no event of Segment's is so deep, and Python's stack is not endless.
_DEEPEST = 60


def shown_arguments(validated: Any, given: Any, redactor: Redactor) -> Any:
    """The validated arguments, else those given, redacted; None for what is no JSON object."""
    document = _document(validated, given)
    if document is None:
        return None
    plain = _plain(document, _DEEPEST)
    # A key that the toolkit was not given may be repeated elsewhere in the arguments, where no name tells of it.
    return redactor.also(tuple(_keys_in(plain))).data(masked(plain))


def _document(validated: Any, given: Any) -> Mapping[str, Any] | None:
    if isinstance(validated, BaseModel):
        return validated.model_dump(by_alias=True, exclude_none=True)
    try:
        return parse(given)
    except ToolkitError:
        return None


def _plain(value: Any, deep: int) -> Any:
    """A copy that JSON can say, whatever came: a host may call with sets and NaN."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if deep == 0:
        return "(nests too deeply)"
    if isinstance(value, Mapping):
        return {str(key): _plain(member, deep - 1) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, deep - 1) for item in value]
    return f"({type(value).__name__})"


def _keys_in(document: Mapping[str, Any]) -> Iterator[str]:
    for name, value in document.items():
        if folded(name) == "writekey" and isinstance(value, str):
            yield value.strip()
