"""Guard for flows that may only read: what runs before a call is approved must change nothing at Segment."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

from ..errors import InternalError
from ..tool import Request

T = TypeVar("T")


def only_reads(flow: Generator[Request, Any, T]) -> Generator[Request, Any, T]:
    """`flow`, but raising InternalError instead of yielding a request that is no GET."""
    try:
        wanted = next(flow)
        while True:
            if wanted.method != "GET":
                raise InternalError("A tool wanted to write where it may only read.")
            try:
                answer = yield wanted
            except Exception as error:  # noqa: BLE001 - handed on to the flow, which decides
                wanted = flow.throw(error)
            else:
                wanted = flow.send(answer)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        flow.close()
