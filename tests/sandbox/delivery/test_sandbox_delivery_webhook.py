"""What a webhook receives, byte for byte, and the retry policy."""

from __future__ import annotations

import errno
import hashlib
import hmac
import json
import socket
import ssl
from datetime import timedelta
from typing import Any

import httpx
import pytest
from delivery_world import NOW, Office, Receiver
from hypothesis import given
from hypothesis import strategies as st

from segment_toolkit.sandbox.delivery.retries import RetryPolicy, error_code, is_retryable
from segment_toolkit.sandbox.delivery.webhook import body_of, signature

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def test_an_event_is_posted_as_json(office: Office, receiver: Receiver) -> None:
    office.send({"event": "Prix d'été", "properties": {"n": 1}})

    office.run()

    (request,) = receiver.received
    assert request.path == "/hook"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("Segment/")
    assert request.body == '{"event":"Prix d\'été","properties":{"n":1}}'.encode()
    assert "x-signature" not in request.headers


def test_headers_of_the_settings_are_sent(office: Office, receiver: Receiver) -> None:
    office.settings["d1"]["headers"] = {"Authorization": "Bearer abc", "content-type": "application/vnd.x+json"}
    office.send({"event": "E"})

    office.run()

    assert receiver.received[0].headers["authorization"] == "Bearer abc"
    assert receiver.received[0].headers["content-type"] == "application/vnd.x+json"


def test_a_receiver_can_check_the_signature_as_the_docs_show(office: Office, receiver: Receiver) -> None:
    office.settings["d1"]["sharedSecret"] = "sésame"
    office.send({"event": "Prix d'été \ud83d", "userId": "u"})

    office.run()

    (request,) = receiver.received
    # The docs sign JSON.stringify(JSON.parse(body)), which leaves é alone and escapes a lone surrogate.
    again = json.dumps(json.loads(request.body), ensure_ascii=False, separators=(",", ":"))
    stringified = again.replace("\ud83d", "\\ud83d").encode()
    assert request.headers["x-signature"] == hmac.new("sésame".encode(), stringified, hashlib.sha1).hexdigest()


def test_a_signature_cannot_be_overwritten_by_a_header(office: Office, receiver: Receiver) -> None:
    office.settings["d1"] |= {"sharedSecret": "s", "headers": {"x-signature": "forged"}}
    office.send({})

    office.run()

    assert receiver.received[0].headers["x-signature"] == signature("s", b"{}")


def test_headers_cannot_say_how_long_the_body_is(office: Office, receiver: Receiver) -> None:
    office.settings["d1"]["headers"] = {"content-length": "1", "transfer-encoding": "chunked"}
    office.send({"event": "E"})

    office.run()

    assert receiver.received[0].body == b'{"event":"E"}'


def test_no_cookie_and_no_redirect_is_followed(office: Office, receiver: Receiver) -> None:
    receiver.answers = [302, 302]
    office.send({"n": 1})
    office.run()
    office.send({"n": 2})

    office.run()

    assert [request.path for request in receiver.received] == ["/hook", "/hook"]
    assert "cookie" not in receiver.received[1].headers


@given(event=st.dictionaries(st.text(), JSON, max_size=4))
def test_any_event_can_be_written_and_read_again(event: dict[str, Any]) -> None:
    assert json.loads(body_of(event)) == event


@pytest.mark.parametrize("labels", ["", "été", "\ud800", '{"event":"E"}'])
def test_labels_come_back_as_they_were(office: Office, labels: str) -> None:
    office.send({"event": "E"}, labels=labels)

    office.run()

    assert [report.labels for report in office.reports] == [labels]


@given(chances=st.lists(st.floats(0, 1), min_size=9, max_size=9))
def test_ten_attempts_always_fit_in_the_four_hours(chances: list[float]) -> None:
    policy, at = RetryPolicy(), NOW

    for made, chance in enumerate(chances, start=1):
        due = policy.next_attempt(first=NOW, now=at, made=made, chance=chance)
        assert due is not None
        assert due > at
        at = due

    assert policy.next_attempt(first=NOW, now=at, made=10, chance=0.5) is None


@given(made=st.integers(1, 5000), chance=st.floats(0, 1))
def test_no_attempt_comes_after_the_span(made: int, chance: float) -> None:
    policy = RetryPolicy(attempts=10_000)

    due = policy.next_attempt(first=NOW, now=NOW + timedelta(hours=3), made=made, chance=chance)

    assert due is None or due <= NOW + timedelta(hours=4)


CAUSES: dict[str, tuple[Exception, str, bool]] = {
    "a name nobody has": (socket.gaierror(socket.EAI_NONAME, ""), "ENOTFOUND", True),
    "a name server that is busy": (socket.gaierror(socket.EAI_AGAIN, ""), "EAI_AGAIN", True),
    "nobody listens": (OSError(errno.ECONNREFUSED, ""), "ECONNREFUSED", True),
    "no way there": (OSError(errno.ENETUNREACH, ""), "EHOSTUNREACH", True),
    "given up": (OSError(errno.ECONNABORTED, ""), "ECONNABORTED", True),
    "closed while writing": (BrokenPipeError(errno.EPIPE, ""), "ECONNRESET", True),
    "a system's own timeout": (OSError(errno.ETIMEDOUT, ""), "ETIMEDOUT", True),
    "a certificate nobody trusts": (ssl.SSLCertVerificationError(1, ""), "INVALID_SETTINGS", False),
    "another fault of TLS": (ssl.SSLError(1, ""), "ECONNRESET", True),
}


@pytest.mark.parametrize(("cause", "code", "retryable"), CAUSES.values(), ids=CAUSES)
def test_broken_connections_have_the_names_of_node(cause: Exception, code: str, retryable: bool) -> None:
    error = httpx.ConnectError("")
    error.__cause__ = cause

    assert error_code(error) == code
    assert is_retryable(code) == retryable
