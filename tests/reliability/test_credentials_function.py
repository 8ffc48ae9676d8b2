"""Credentials from a function of the host's: asked once for each user, and once more when Segment refuses them."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, approve_everything
from segment_toolkit.reliability.renewal import MOST_KEPT, Provided
from segment_toolkit.sandbox import Sandbox

TRACK = {"userId": "u", "event": "E"}
READ = "SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE"


class Vault:
    """The host's own: hands out `secrets` one after another, the last for ever, and remembers who asked."""

    def __init__(self, *secrets: Any) -> None:
        self.secrets = list(secrets)
        self.asked: list[tuple[str | None, str | None]] = []
        self._lock = threading.Lock()

    def __call__(self, user_id: str | None, account_id: str | None) -> Any:
        with self._lock:
            self.asked.append((user_id, account_id))
            return self.secrets.pop(0) if len(self.secrets) > 1 else self.secrets[0]

    async def later(self, user_id: str | None, account_id: str | None) -> Any:
        await asyncio.sleep(0)
        return self(user_id, account_id)


def token(box: Sandbox, value: str | None = None) -> dict[str, Any]:
    return {"region": box.region, "public_api_token": value or box.token, "write_key": box.write_key}


def read(toolkit: Any, box: Sandbox, user: str = "u1") -> Any:
    return toolkit.tools.execute(READ, {"sourceId": box.sources["shop-web"]}, user_id=user)


def test_it_is_asked_once_for_each_user_and_account(box: Sandbox) -> None:
    vault = Vault(token(box))
    toolkit = SegmentToolkit(environ={}, credentials=vault, transport=box.transport())

    for user in ("u1", "u2", "u1", None):
        assert toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id=user).successful
    toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="u1", connected_account_id="ca_1")

    assert vault.asked == [("u1", None), ("u2", None), (None, None), ("u1", "ca_1")]


def test_a_refused_token_is_fetched_anew_once_and_the_call_repeated(box: Sandbox) -> None:
    vault = Vault(token(box, "sgp_expired"), token(box))
    toolkit = SegmentToolkit(environ={}, credentials=vault, transport=box.transport())

    envelope = read(toolkit, box)

    assert envelope.successful, envelope.error
    assert len(vault.asked) == 2
    assert [request.status for request in box.requests] == [401, 200]


def test_a_write_is_repeated_too_for_a_401_did_nothing(box: Sandbox) -> None:
    vault = Vault(token(box, "sgp_expired"), token(box))
    toolkit = SegmentToolkit(environ={}, credentials=vault, transport=box.transport(), approve=approve_everything)

    envelope = toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": box.sources["shop-web"]}, user_id="u1")

    assert envelope.successful


def test_a_token_that_stays_wrong_is_said_to_be_wrong_and_not_tried_for_ever(box: Sandbox) -> None:
    vault = Vault(token(box, "sgp_one"), token(box, "sgp_two"), token(box, "sgp_three"))
    toolkit = SegmentToolkit(environ={}, credentials=vault, transport=box.transport())

    envelope = read(toolkit, box)

    assert envelope.failure is not None
    assert envelope.failure.code == "auth"
    assert len(box.requests) == 2
    assert "sgp_" not in str(envelope)


def test_what_is_fetched_anew_is_kept_secret_as_well(box: Sandbox) -> None:
    vault = Vault(token(box, "sgp_expired") | {"write_key": "a" * 32}, token(box))
    toolkit = SegmentToolkit(environ={}, credentials=vault, transport=box.transport())
    box.inject(status=401)
    box.inject(status=200, body=json.dumps({"data": {"sourceId": "s", "settings": {"track": f"of {box.write_key}"}}}))

    envelope = read(toolkit, box)

    assert envelope.data["settings"] == {"track": "of [redacted]"}


def test_a_function_that_returns_the_same_again_makes_no_second_request(box: Sandbox) -> None:
    toolkit = SegmentToolkit(environ={}, credentials=Vault(token(box, "sgp_expired")), transport=box.transport())

    assert read(toolkit, box).failure.code == "auth"
    assert len(box.requests) == 1


def test_the_tracking_apis_edge_may_refuse_too(box: Sandbox) -> None:
    vault = Vault({**token(box), "write_key": "o" * 32}, token(box))
    toolkit = SegmentToolkit(environ={}, credentials=vault, transport=box.transport())
    box.inject(status=403)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="u1")

    assert envelope.successful
    assert len(box.events) == 1


def test_what_a_call_brings_itself_is_not_fetched_anew(box: Sandbox) -> None:
    vault = Vault(token(box))
    toolkit = SegmentToolkit(environ={}, credentials=vault, transport=box.transport())

    envelope = toolkit.tools.execute(
        READ, {"sourceId": box.sources["shop-web"]}, custom_auth_params={"public_api_token": "sgp_x", "region": "us"}
    )

    assert envelope.failure is not None
    assert envelope.failure.code == "auth"
    assert vault.asked == []


def test_none_leaves_a_user_to_the_usual_order_and_an_empty_answer_does_not(box: Sandbox) -> None:
    environ = {"SEGMENT_REGION": "us", "SEGMENT_WRITE_KEY": box.write_key}
    toolkit = SegmentToolkit(
        environ=environ, transport=box.transport(), credentials=lambda user, _: None if user == "known" else {}
    )

    known = toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="known")
    stranger = toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="stranger")

    assert known.successful
    assert stranger.failure is not None
    assert stranger.failure.code == "auth"


def test_threads_that_are_refused_together_share_one_fetch(box: Sandbox) -> None:
    vault = Vault(token(box, "sgp_expired"), token(box))
    toolkit = SegmentToolkit(environ={}, credentials=vault, transport=box.transport())

    with ThreadPoolExecutor(32) as pool:
        envelopes = list(pool.map(lambda _: read(toolkit, box), range(64)))

    assert all(envelope.successful for envelope in envelopes)
    assert len(vault.asked) == 2


def test_tasks_that_are_refused_together_share_one_fetch(box: Sandbox) -> None:
    vault = Vault(token(box, "sgp_expired"), token(box))

    async def many() -> list[bool]:
        async with AsyncSegmentToolkit(environ={}, credentials=vault.later, transport=box.async_transport()) as toolkit:
            return [envelope.successful for envelope in await asyncio.gather(*(read(toolkit, box) for _ in range(64)))]

    assert asyncio.run(many()) == [True] * 64
    assert len(vault.asked) == 2


def test_a_task_that_is_cancelled_while_it_fetches_leaves_it_to_the_next(box: Sandbox) -> None:
    started = 0

    async def slow(user: str | None, account: str | None) -> dict[str, Any]:
        nonlocal started
        started += 1
        if started == 1:
            await asyncio.sleep(3600)
        return token(box)

    async def run() -> Any:
        async with AsyncSegmentToolkit(environ={}, credentials=slow, transport=box.async_transport()) as toolkit:
            first = asyncio.ensure_future(read(toolkit, box))
            second = asyncio.ensure_future(read(toolkit, box))
            await asyncio.sleep(0.01)
            first.cancel()
            return await second

    assert asyncio.run(run()).successful


@pytest.mark.parametrize("answer", ["sgp_x", 7, {"nope": "x"}, {"region": "mars"}], ids=str)
def test_what_the_function_returns_wrong_is_the_hosts_to_mend(box: Sandbox, answer: Any) -> None:
    toolkit = SegmentToolkit(environ={}, credentials=lambda *_: answer, transport=box.transport())

    envelope = read(toolkit, box)

    assert envelope.failure is not None
    assert envelope.failure.code == "auth"
    assert "credentials function" in str(envelope.error)
    assert "sgp_x" not in str(envelope)


def test_a_function_that_fails_ends_in_an_envelope(box: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: Any) -> Any:
        raise LookupError("of sgp_secret")

    envelope = read(SegmentToolkit(environ={}, credentials=fail, transport=box.transport()), box)

    assert envelope.failure is not None
    assert "The host's credentials failed" in str(envelope.error)
    assert "LookupError" in caplog.text
    assert "sgp_secret" not in caplog.text + str(envelope)


def test_an_async_function_needs_the_async_toolkit(box: Sandbox) -> None:
    toolkit = SegmentToolkit(environ={}, credentials=Vault(token(box)).later, transport=box.transport())

    envelope = read(toolkit, box)

    assert "AsyncSegmentToolkit" in str(envelope.error)


def test_the_users_that_are_kept_are_bounded() -> None:
    provided = Provided(lambda user, _: {"write_key": "k" * 32})

    for user in range(MOST_KEPT + 10):
        provided.fetch((str(user), None), None, lambda named: named)  # type: ignore[arg-type, return-value]

    assert provided.of(("0", None)) is None
    assert provided.of((str(MOST_KEPT + 9), None)) is not None
