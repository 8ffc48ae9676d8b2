"""What the control endpoints answer when they refuse: `{"errors": [{"field", "message"}]}`."""

from __future__ import annotations

from starlette.responses import Response

from segment_toolkit.sandbox.wire import JsonAnswer


class Refusal(Exception):
    """A control request is refused; the message says what is wrong and what is right, and quotes no input."""

    def __init__(self, status: int, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field

    def answer(self) -> Response:
        """Write the error."""
        return JsonAnswer({"errors": [{"field": self.field, "message": self.message}]}, self.status)
