"""Where secrets are sent is the host's to say, in a URL that has one reading: https, or plain http to loopback."""

from __future__ import annotations

import socket

import pytest

from segment_toolkit import SegmentToolkit, ToolkitError
from segment_toolkit.credentials import url
from segment_toolkit.errors import InvalidParams
from segment_toolkit.sandbox import Sandbox

TRACK = {"userId": "u", "event": "E"}

FINE = {
    "https://proxy.example.com": "https://proxy.example.com",
    "HTTPS://Proxy.Example.com/segment/": "https://Proxy.Example.com/segment",
    "https://proxy.example.com:8443/a_b/v1.2": "https://proxy.example.com:8443/a_b/v1.2",
    "https://xn--bcher-kva.example": "https://xn--bcher-kva.example",
    "https://10.0.0.7": "https://10.0.0.7",
    "https://[2001:db8::1]:443": "https://[2001:db8::1]:443",
    "http://localhost:8765": "http://localhost:8765",
    "http://127.0.0.1:8765": "http://127.0.0.1:8765",
    "http://[::1]:8765": "http://[::1]:8765",
    "  https://proxy.example.com\n": "https://proxy.example.com",
}

NOT_LOOPBACK = [
    "http://0.0.0.0", "http://127.1", "http://127.0.1.1", "http://0177.0.0.1", "http://2130706433", "http://0x7f000001",
    "http://[::ffff:127.0.0.1]", "http://[::]", "http://[0:0:0:0:0:0:0:1]", "http://localhost.", "http://localhost.evil.example",
    "http://127.0.0.1.evil.example", "http://localhost@evil.example", "http://evil.example#@localhost", "HTTP://evil.example",
    "http://evil.example", "http://api.segment.io",
]  # fmt: skip

NOT_PLAIN = [
    "https://user@proxy.example.com", "https://user:password@proxy.example.com", "https://@proxy.example.com",
    "https://:password@proxy.example.com", "https://proxy.example.com?x=1", "https://proxy.example.com#x",
    "https://proxy.example.com/a?b", "https://good.example\\@evil.example", "https://evil.example\\.good.example",
    "https://good.example%2eevil.example", "https://good.example%00.evil.example", "https://b\u00fccher.example",
    "https://evil.example\u3002good.example", "https://\uff45vil.example", "https://proxy.example.com.", "https://.example.com",
    "https://proxy example.com", "https://proxy.example.com:99999", "https://proxy.example.com:x", "https:///v1",
    "https://[::1", "https://[fe80::1%25eth0]", "ftp://proxy.example.com", "file:///etc/passwd", "javascript:alert(1)",
    "//gateway.example", "gateway.example", "https://proxy.example.com/../v1", "https://proxy.example.com/v1/..",
    "https://proxy.example.com/./v1", "https://proxy.example.com/%2e%2e/v1", "https://proxy.example.com/a\\b",
    "https://proxy.example.com/v1;x", "https://proxy.example.com/a b", "https://pro\x00xy.example.com",
    "unix:///var/run/x.sock", "https://proxy.example.com/\u202ev1",
]  # fmt: skip


@pytest.mark.parametrize(("given", "used"), FINE.items())
def test_a_plain_url_is_used_as_it_is_written(given: str, used: str) -> None:
    assert url("public_api_url", given) == used


@pytest.mark.parametrize("given", NOT_LOOPBACK)
@pytest.mark.parametrize("name", ["public_api_url", "tracking_url", "legacy_url"])
def test_plain_http_goes_to_loopback_in_its_plain_spelling_only(name: str, given: str) -> None:
    with pytest.raises(InvalidParams):
        SegmentToolkit(**{name: given}, environ={})  # type: ignore[arg-type]


@pytest.mark.parametrize("given", NOT_PLAIN)
def test_a_url_of_two_readings_is_refused_and_not_quoted(given: str) -> None:
    with pytest.raises(InvalidParams) as refused:
        url("tracking_url", given)

    assert given not in str(refused.value)


def test_a_line_break_in_a_url_does_not_survive() -> None:
    assert url("public_api_url", "https://proxy.example\r\n.com\t/v1") == "https://proxy.example.com/v1"


@pytest.mark.parametrize("name", ["public_api_url", "tracking_url", "legacy_url", "base_url", "host"])
def test_no_argument_and_no_account_says_where_secrets_go(
    box: Sandbox, toolkit: SegmentToolkit, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("somebody was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    config = {"auth_scheme": "API_KEY", "val": {"generic_api_key": box.write_key, name: "https://evil.example"}}

    envelope = toolkit.tools.execute("SEGMENT_TRACK", {**TRACK, name: "https://evil.example"})
    with pytest.raises(ToolkitError):
        toolkit.connected_accounts.initiate("u1", "ac_x", config=config)

    assert not envelope.successful
    assert box.requests == []
