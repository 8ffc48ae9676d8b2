"""The arguments of a call, written out: what a person is shown, what a policy judges, what an approval is bound to."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ..errors import InvalidArguments, Problem
from ..tool import Arguments


def exact(arguments: Any) -> Any:
    """A copy by wire names, without what was left out and with everything else, null members of free objects too.

    A copy, so that no function of the host's can change what will run. Raises InvalidArguments for what nests so
    deeply that it could not be sent either.
    """
    try:
        return _copy(arguments)
    except RecursionError:
        raise InvalidArguments([Problem("", "nests too deeply to be sent as JSON")]) from None


def _copy(value: Any) -> Any:
    if isinstance(value, Arguments):
        return {name: _copy(member) for name, member in value.wire().items()}
    if isinstance(value, BaseModel):  # of a tool of the host's own
        return value.model_dump(by_alias=True)
    if isinstance(value, dict):
        return {key: _copy(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
