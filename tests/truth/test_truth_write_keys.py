"""Whose a write key is: known with a token, honestly unknown without, and never shown."""

from __future__ import annotations

import pytest
from truth_world import account, operator, set_source

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.secrecy.redaction import mask

pytestmark = pytest.mark.filterwarnings("error")


def test_a_key_of_an_enabled_source_is_verified_with_what_is_connected(box: Sandbox, toolkit: SegmentToolkit) -> None:
    report = toolkit.verify_write_key()

    assert (report.status, report.next_step) == ("verified", "")
    assert report.source is not None
    assert (report.source.slug, report.source.id) == ("shop-web", box.sources["shop-web"])
    assert [item.name for item in report.destinations or ()] == ["Amplitude (shop)", "Slack #growth"]
    assert all(item.enabled for item in report.warehouses or ())


@pytest.mark.parametrize("form", ["its name", "the key", "its mask"])
def test_a_key_may_be_given_whole_by_its_configured_name_or_by_its_mask(box: Sandbox, form: str) -> None:
    key = box.write_keys["shop-ios"]
    given = {"its name": "shop-ios", "the key": key, "its mask": mask(key)}[form]

    report = SegmentToolkit.sandbox(box).verify_write_key(given)

    assert report.source is not None
    assert (report.status, report.source.slug) == ("verified", "shop-ios")


def test_a_key_is_found_on_the_last_page_of_sources(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segment_toolkit.truth.reading.PAGE", 1)

    report = SegmentToolkit.sandbox(box).verify_write_key("shop-ios")

    assert report.status == "verified"
    assert [r.path for r in box.requests].count("/sources") == 4


def test_a_key_of_no_source_is_contradicted(toolkit: SegmentToolkit) -> None:
    report = toolkit.verify_write_key("Zz9" + "0" * 29)

    assert (report.status, report.source) == ("contradicted", None)
    assert "events sent with it are lost" in report.reason


def test_a_key_of_a_source_that_is_off_is_contradicted(toolkit: SegmentToolkit) -> None:
    report = toolkit.verify_write_key("old-backoffice")

    assert report.status == "contradicted"
    assert "switched off" in report.reason
    assert "enabled" in report.next_step


def test_a_source_that_nothing_is_connected_to_is_said_to_reach_nobody(box: Sandbox, toolkit: SegmentToolkit) -> None:
    set_source(box, "old-backoffice", enabled=True)

    report = toolkit.verify_write_key("old-backoffice")

    assert report.status == "verified"
    assert "reach nobody" in report.reason


@pytest.mark.parametrize("key", ["Zz9" + "0" * 29, "YOUR_WRITE_KEY"])
def test_without_a_token_nothing_is_claimed(box: Sandbox, key: str) -> None:
    toolkit = account(box, write_key=box.write_key, region="us")

    report = toolkit.verify_write_key(key)

    assert report.status == "unverified"
    assert "200 to wrong keys" in report.reason
    assert ("has not the form" in report.reason) is (key == "YOUR_WRITE_KEY")
    assert box.requests == []


def test_a_token_that_sees_no_keys_leaves_a_key_unverified(box: Sandbox) -> None:
    with operator(box) as api:
        for slug, key in box.write_keys.items():
            api.delete(f"/sources/{box.sources[slug]}/writekey/{key}")

    report = SegmentToolkit.sandbox(box).verify_write_key(box.write_key)

    assert report.status == "unverified"
    assert "4 of 4 sources show no write keys" in report.reason


@pytest.mark.parametrize("kind", ["server_error", "html_200", "rate_limited", "reset_before"])
def test_a_read_that_fails_leaves_a_key_unverified(box: Sandbox, toolkit: SegmentToolkit, kind: str) -> None:
    box.inject(kind=kind, path="/sources", times=50)

    report = toolkit.verify_write_key()

    assert report.status == "unverified"
    assert report.reason.startswith("The sources could not be read")


def test_what_is_connected_may_be_unreadable(box: Sandbox, toolkit: SegmentToolkit) -> None:
    box.inject(status=403, path="/sources/*/connected-*", times=50)

    report = toolkit.verify_write_key()

    assert (report.status, report.destinations) == ("verified", None)
    assert "could not be read" in report.reason


def test_no_key_at_all_says_so(box: Sandbox) -> None:
    report = account(box, public_api_token=box.token, region="us").verify_write_key()

    assert (report.status, report.key) == ("unverified", "")


def test_the_key_is_in_no_form_of_the_report(box: Sandbox, toolkit: SegmentToolkit) -> None:
    reports = [toolkit.verify_write_key(given) for given in (None, box.write_key, "Zz9" + "0" * 29, "old-backoffice")]

    told = "".join(f"{report!r}{report.as_json()}" for report in reports)

    assert not any(secret in told for secret in (*box.write_keys.values(), box.token, "Zz9" + "0" * 29))
    assert mask(box.write_key) in told


async def _asked(box: Sandbox) -> object:
    async with AsyncSegmentToolkit.sandbox(box) as toolkit:
        return await toolkit.verify_write_key("shop-ios")


def test_the_async_toolkit_says_the_same(box: Sandbox, toolkit: SegmentToolkit) -> None:
    import asyncio

    assert asyncio.run(_asked(box)) == toolkit.verify_write_key("shop-ios")
