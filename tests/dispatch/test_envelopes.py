"""Every failure is one envelope: the three keys, a code of the closed set, what was wrong, right, and next."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from collections.abc import Iterator
from typing import Any, get_args

import httpx
import pytest

from segment_toolkit import Envelope, Reliability, SegmentToolkit
from segment_toolkit.errors import Code
from segment_toolkit.sandbox import Sandbox
from tests.replies import completion

TRACK = {"userId": "u", "event": "E"}
ONCE = Reliability.none()


@pytest.fixture
def toolkit(box: Sandbox) -> Iterator[SegmentToolkit]:
    """One that shows every failure at once (tests/reliability holds what becomes of them)."""
    with SegmentToolkit.sandbox(box, reliability=ONCE) as made:
        yield made


def failing(toolkit: SegmentToolkit, slug: str, arguments: Any, **options: Any) -> tuple[Envelope, Any]:
    envelope = toolkit.tools.execute(slug, arguments, **options)
    assert envelope.failure is not None
    return envelope, envelope.failure


COPIES: dict[str, Any] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda e: pickle.loads(pickle.dumps(e)),  # noqa: S301 - our own
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_of_an_envelope_answers_the_same_call(copied: Any, toolkit: SegmentToolkit) -> None:
    arguments = '{"user_id": "u", "event": "E"}'
    [envelope] = toolkit.provider.handle_tool_calls("u1", completion(("SEGMENT_TRACK", arguments)))

    found = copied(envelope)

    assert found == envelope
    assert toolkit.provider.provider.messages([found]) == toolkit.provider.provider.messages([envelope])
    for name in Envelope.__slots__:
        assert getattr(found, name) == getattr(envelope, name)
    assert found.tool_call_id
    assert found.notes


def test_the_code_set_is_the_published_one() -> None:
    assert set(get_args(Code)) == {
        "validation", "unknown_tool", "auth", "permission", "not_found", "rate_limited", "too_large", "region",
        "network", "upstream", "refused", "internal",
    }  # fmt: skip


def test_an_envelope_is_a_plain_object_of_three_keys(toolkit: SegmentToolkit) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert isinstance(envelope, dict)
    assert list(json.loads(json.dumps(envelope))) == ["data", "error", "successful"]
    assert envelope.tool == "SEGMENT_TRACK"


@pytest.mark.parametrize(
    ("status", "body", "code", "retryable"),
    [
        pytest.param(400, '{"success": false, "message": "malformed JSON"}', "validation", False, id="400"),
        pytest.param(400, '{"message": "Exceed payload limit"}', "too_large", False, id="400 too large"),
        pytest.param(400, "Bad Request", "validation", False, id="400 in plain text"),
        pytest.param(401, "", "auth", False, id="401"),
        pytest.param(403, '{"errors": [{"type": "forbidden"}]}', "permission", False, id="403"),
        pytest.param(404, "<html>not found</html>", "not_found", False, id="404 with a page"),
        pytest.param(413, "", "too_large", False, id="413"),
        pytest.param(429, "", "rate_limited", True, id="429"),
        pytest.param(302, "", "upstream", False, id="redirect"),
        pytest.param(204, "", "upstream", False, id="another 2xx"),
        pytest.param(200, "", "upstream", False, id="empty body"),
        pytest.param(200, '{"success": tru', "upstream", False, id="cut body"),
        pytest.param(200, '{"success": false}', "upstream", False, id="success false"),
        pytest.param(200, "[" * 100_000, "upstream", False, id="deep body"),
    ],
)
def test_every_answer_that_is_not_the_documented_success_is_a_failure(
    toolkit: SegmentToolkit, box: Sandbox, status: int, body: str, code: str, retryable: bool
) -> None:
    box.inject(status=status, body=body)

    envelope, failure = failing(toolkit, "SEGMENT_TRACK", TRACK)

    assert (failure.code, failure.retryable) == (code, retryable)
    assert failure.hint
    assert "<html>" not in str(envelope)
    assert envelope.data["messageId"]


@pytest.mark.parametrize(("status", "successful"), [(200, True), (201, True), (202, False)])
def test_the_public_api_says_yes_with_200_and_201(
    toolkit: SegmentToolkit, box: Sandbox, status: int, successful: bool
) -> None:
    box.inject(status=status, body='{"data": {"settings": {"track": {}}, "sourceId": "s"}}')

    envelope = toolkit.tools.execute("SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", {"sourceId": "s"})

    assert envelope.successful is successful


def test_retry_after_is_kept_as_seconds(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(status=429, headers={"retry-after": "7"})

    envelope, failure = failing(toolkit, "SEGMENT_TRACK", TRACK)

    assert failure.retry_after_seconds == 7
    assert "Wait 7 seconds" in str(envelope.error)


def test_a_missing_credential_names_it_and_how_to_set_it() -> None:
    toolkit = SegmentToolkit(region="us", environ={})

    tracking, failure = failing(toolkit, "SEGMENT_TRACK", TRACK)
    management, _ = failing(toolkit, "SEGMENT_DELETE_SOURCE", {"sourceId": "s"})

    assert failure.code == "auth"
    assert "SEGMENT_WRITE_KEY" in str(tracking.error)
    assert "approval" in str(management.error)  # asked before anything else, as nothing could ever run


def test_a_missing_token_names_it() -> None:
    envelope, failure = failing(
        SegmentToolkit(region="us", environ={}), "SEGMENT_GET_DESTINATION", {"destinationId": "d"}
    )

    assert failure.code == "auth"
    assert "SEGMENT_PUBLIC_API_TOKEN" in str(envelope.error)


def test_an_unknown_region_is_refused_rather_than_guessed() -> None:
    envelope, failure = failing(SegmentToolkit(write_key="k" * 32, environ={}), "SEGMENT_TRACK", TRACK)

    assert failure.code == "region"
    assert "SEGMENT_REGION" in str(envelope.error)


def test_a_closed_port_is_a_network_failure_and_nothing_was_sent() -> None:
    toolkit = SegmentToolkit(write_key="k" * 32, tracking_url="http://127.0.0.1:9", environ={}, reliability=ONCE)

    envelope, failure = failing(toolkit, "SEGMENT_TRACK", TRACK)

    assert (failure.code, failure.retryable) == ("network", True)
    assert "Nothing was sent" in str(envelope.error)


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.WriteError, httpx.RemoteProtocolError])
def test_no_answer_to_a_management_write_is_unknown_and_not_to_be_repeated_blindly(
    toolkit: SegmentToolkit, box: Sandbox, error: type[Exception]
) -> None:
    box.inject(error=error, after=True)

    envelope, failure = failing(toolkit, "SEGMENT_UPDATE_SOURCE", {"sourceId": box.sources["shop-web"], "name": "X"})

    assert (failure.code, failure.retryable) == ("network", False)
    assert "unknown whether" in str(envelope.error)


def test_a_bug_becomes_an_envelope_and_the_log_has_no_secret(
    toolkit: SegmentToolkit, box: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    box.inject(error=ZeroDivisionError)

    with caplog.at_level(logging.DEBUG):
        envelope, failure = failing(toolkit, "SEGMENT_TRACK", TRACK)

    assert failure.code == "internal"
    assert "ZeroDivisionError" in caplog.text
    assert box.write_key not in caplog.text + str(envelope)


def test_secrets_that_segment_echoes_are_cut_out(toolkit: SegmentToolkit, box: Sandbox) -> None:
    other = "sgp_of_another_workspace"
    box.inject(status=403, body=json.dumps({"errors": [{"message": f"{box.token} {'Ab1' * 10}Zz {other} refused"}]}))

    envelope, _ = failing(toolkit, "SEGMENT_UPDATE_SOURCE", {"sourceId": "s", "name": "X"})

    assert "refused" in str(envelope.error)
    for secret in (box.token, "Ab1" * 10, other):
        assert secret not in str(envelope)


def test_what_a_rule_and_the_schema_both_see_is_said_once(toolkit: SegmentToolkit) -> None:
    envelope, failure = failing(toolkit, "SEGMENT_TRACK", {"userId": "u"})

    assert [problem.path for problem in failure.problems] == ["event"]
    assert str(envelope.error).startswith("event: is required for track; expected a non-blank string.")


def test_an_error_lists_at_most_eight_problems_and_counts_the_rest(toolkit: SegmentToolkit) -> None:
    batch = [{"type": "track", "event": "E"}] * 20

    envelope, failure = failing(toolkit, "SEGMENT_BATCH", {"batch": batch})

    assert len(failure.problems) == 20
    assert "And 12 more" in str(envelope.error)
    assert len(str(envelope.error)) <= 800


def test_an_unknown_tool_names_the_nearest_and_hides_what_may_be_a_secret(toolkit: SegmentToolkit) -> None:
    near, _ = failing(toolkit, "SEGMENT_TRAK", {})
    secret, failure = failing(toolkit, "sgp_abcdefghijklmnop", {})

    assert "'SEGMENT_TRACK'" in str(near.error)
    assert failure.code == "unknown_tool"
    assert "sgp_" not in str(secret)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"environ": {"SEGMENT_REGION": "mars"}}, id="no such region"),
        pytest.param({"environ": {"SEGMENT_TRACKING_URL": "http://collector.example"}}, id="plain http"),
        pytest.param({"environ": {}, "accounts": "/nonexistent/folder/accounts.db"}, id="no such folder"),
    ],
)
def test_what_the_host_configured_wrongly_is_an_envelope_too(options: dict[str, Any]) -> None:
    toolkit = SegmentToolkit(**options)

    _, failure = failing(toolkit, "SEGMENT_TRACK", TRACK, user_id="u1")
    messages = toolkit.provider.tool_messages("u1", completion(("SEGMENT_TRACK", TRACK), ("SEGMENT_NOPE", {})))

    assert failure.code in {"auth", "internal"}
    assert len(messages) == 2


class BrokenStore:
    """A store of a host's whose methods all raise."""

    put_account = None

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("password=hunter2")


@pytest.mark.parametrize("slug", ["SEGMENT_TRACK", "NOPE"])
def test_an_account_store_that_raises_ends_in_an_envelope(slug: str) -> None:
    envelope, _ = failing(SegmentToolkit(environ={}, accounts=BrokenStore()), slug, TRACK, user_id="u1")

    assert "hunter2" not in str(envelope)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"data": {"settings": {"a": "\\ud800"}, "sourceId": "s"}}', id="a lone surrogate"),
        pytest.param('{"data": {"settings": {"a": NaN}, "sourceId": "s"}}', id="NaN"),
        pytest.param('{"data": {"settings": {"a": 1e999}, "sourceId": "s"}}', id="a number over all numbers"),
        pytest.param('{"data": {"settings": {}, "sourceId": "s"}}', id="an empty shell"),
        pytest.param(
            '{"data": {"settings": ' + '{"a": ' * 300 + "1" + "}" * 300 + ', "sourceId": "s"}}', id="absurdly deep"
        ),
    ],
)
def test_an_answer_that_cannot_be_handed_on_is_no_success(toolkit: SegmentToolkit, box: Sandbox, body: str) -> None:
    box.inject(status=200, body=body)

    envelope, failure = failing(toolkit, "SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", {"sourceId": "s"})

    assert failure.code == "upstream"
    assert json.dumps(envelope, allow_nan=False).encode()


def test_a_client_that_fails_in_the_middle_of_a_batch_leaves_a_receipt_for_every_event(
    toolkit: SegmentToolkit, box: Sandbox
) -> None:
    first = toolkit.tools.execute("SEGMENT_BATCH", {"batch": [{"type": "track", "userId": "u", "event": "E"}] * 2})
    box.inject(error=RuntimeError, after=True)

    envelope, failure = failing(
        toolkit, "SEGMENT_BATCH", {"batch": [{"type": "track", "userId": "u", "event": "E"}] * 3}
    )

    assert first.successful
    assert failure.code == "internal"
    assert [receipt["reason"] for receipt in envelope.data["receipts"]] == ["outcome unknown"] * 3


def test_a_page_with_an_error_status_is_a_degraded_answer(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(status=503, body="<html>down</html>", times=3)

    envelope, _ = failing(toolkit, "SEGMENT_GET_DESTINATION", {"destinationId": "d1"})

    assert envelope.data["destination"] == {"id": "d1"}
    assert envelope.data["degraded"] is True


def test_a_configured_key_of_an_unknown_form_is_used_and_said_to_be_doubtful(box: Sandbox) -> None:
    toolkit = SegmentToolkit(region="us", write_key="oops-no-key", environ={}, transport=box.transport())

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert "has not the form" in envelope.data["warnings"][0]


def test_arguments_that_are_not_utf8_are_refused_not_mended(toolkit: SegmentToolkit, box: Sandbox) -> None:
    _, failure = failing(toolkit, "SEGMENT_TRACK", b'{"userId": "caf\xe9", "event": "E"}')

    assert failure.code == "validation"
    assert box.requests == []


def test_consent_may_come_from_the_batch_and_the_rest_of_the_context_from_the_event(
    toolkit: SegmentToolkit, box: Sandbox
) -> None:
    event = {
        "type": "track",
        "userId": "u",
        "event": "Segment Consent Preference Updated",
        "context": {"ip": "203.0.113.7"},
    }
    shared = {"consent": {"categoryPreferences": {"Advertising": True}}}

    envelope = toolkit.tools.execute("SEGMENT_BATCH", {"batch": [event], "context": shared})

    assert envelope.successful, envelope
    assert box.events[0]["context"] == {**shared, "ip": "203.0.113.7"}
