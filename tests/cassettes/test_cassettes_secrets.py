"""No secret is in a cassette, and the search for them finds one that is."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from cassette_files import FOLDER, Recording, files, secrets_of

from scripts.cassette_recorder.cases import CASES
from scripts.cassette_recorder.leaks import leaks
from scripts.cassette_recorder.places import local_segment
from scripts.cassette_recorder.recorder import record
from segment_toolkit.sandbox import Sandbox

TOKEN = "sgp_" + "tOkEn+/1" * 4
KEY = "aB3dE6gH" * 4
#: As secrets that no form gives away: only their values do.
PLAIN_TOKEN, PLAIN_KEY = "correct horse/battery+staple", "an-old-key"


def test_no_committed_cassette_holds_a_secret() -> None:
    secrets = [secret for region in ("us", "eu") for secret in secrets_of(Sandbox(region))]

    assert leaks([*files(), FOLDER / "README.md"], secrets) == []


def test_a_recording_holds_no_secret_of_what_was_recorded(another_recording: Recording) -> None:
    assert len(files(another_recording.folder)) == len(files())
    assert leaks(files(another_recording.folder), another_recording.secrets) == []


def test_the_recorded_workspaces_secrets_are_not_in_the_bytes_either(another_recording: Recording) -> None:
    """As plain as can be, in case the search itself is wrong."""
    everything = b"".join(path.read_bytes() for path in files(another_recording.folder))

    for secret in another_recording.secrets:
        for form in (secret, quote(secret, safe=""), *(b64encode(t.encode()).decode() for t in (secret, f"{secret}:"))):
            assert form.encode() not in everything


def test_secrets_that_nobody_told_the_recorder_of_stay_out_by_their_form(tmp_path: Path) -> None:
    box = Sandbox(seed="a third workspace")
    secrets = secrets_of(box)

    with local_segment(box) as place:
        for case in CASES:
            record(case, replace(place, secrets=()), tmp_path)

    assert leaks(files(tmp_path), secrets) == []


def cassette(**members: object) -> bytes:
    request = {"uri": "https://sandbox.invalid/v1/track", "headers": {"accept": ["application/json"]}, "body": ""}
    return yaml.safe_dump({"interactions": [{"request": {**request, **members}}]}).encode()


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


PLANTED = [
    pytest.param(cassette(headers={"authorization": [f"Bearer {TOKEN}"]}), id="token in a header"),
    pytest.param(cassette(headers={"authorization": [f"Basic {base64(KEY + ':')}"]}), id="key in Basic"),
    pytest.param(cassette(headers={"authorization": [f"Basic {base64(PLAIN_KEY + ':')}"]}), id="plain key in Basic"),
    pytest.param(cassette(uri=f"https://sandbox.invalid/sources/s/writekey/{KEY}"), id="key in the path"),
    pytest.param(cassette(uri=f"https://sandbox.invalid/?q={quote(PLAIN_TOKEN, safe='')}"), id="URL-encoded"),
    pytest.param(cassette(uri=f"https://sandbox.invalid/?q={quote(quote(PLAIN_TOKEN), safe='')}"), id="twice"),
    pytest.param(cassette(body=json.dumps({"writeKey": KEY})), id="in a body"),
    pytest.param(cassette(body=f'{{"writeKey":"{escaped(PLAIN_KEY)}"}}'), id="escaped in JSON"),
    pytest.param(cassette(body=json.dumps(json.dumps({"a": json.dumps([PLAIN_TOKEN])}))), id="JSON in JSON in JSON"),
    pytest.param(cassette(body=gzip.compress(f'{{"writeKey":"{PLAIN_KEY}"}}'.encode())), id="zipped"),
    pytest.param(cassette(body=b64encode(gzip.compress(PLAIN_KEY.encode())).decode()), id="zipped, in base64"),
    pytest.param(cassette(body=base64(f'{{"userId":"é","writeKey":"{PLAIN_KEY}"}}')), id="not ASCII, in base64"),
    pytest.param(cassette(body=f"{KEY[:4]}…{KEY[-4:]}"), id="masked"),
    pytest.param(cassette(body=KEY.upper()), id="in other case"),
    pytest.param(f'body: "{PLAIN_KEY[:5]}\\\n  {PLAIN_KEY[5:]}"'.encode(), id="broken over two lines"),
    pytest.param(f"# {KEY}\nversion: 1".encode(), id="in a comment"),
    pytest.param(f"interactions: [\n{PLAIN_KEY}".encode(), id="in a file that is no YAML"),
]


@pytest.mark.parametrize("text", PLANTED)
def test_a_known_secret_is_found_however_it_is_encoded(text: bytes, tmp_path: Path) -> None:
    file = tmp_path / "planted.yaml"
    file.write_bytes(text)

    found = leaks([file], [TOKEN, KEY, PLAIN_TOKEN, PLAIN_KEY])

    assert any("known secret" in leak.what for leak in found)
    for secret in (TOKEN, KEY, PLAIN_TOKEN, PLAIN_KEY):
        assert secret not in str(found)


def test_a_secret_in_a_files_name_is_found(tmp_path: Path) -> None:
    file = tmp_path / f"{PLAIN_KEY}.yaml"
    file.write_bytes(cassette())

    assert [leak.how for leak in leaks([file], [PLAIN_KEY])] == ["in its name"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param(cassette(body="sgp_abc"), "a Public API token, by its form", id="token"),
        pytest.param(cassette(body=KEY), "a write key, by its form", id="key"),
        pytest.param(cassette(body=base64(f'{{"k":"{KEY}"}}')), "a write key, by its form", id="key in base64"),
        pytest.param(cassette(headers={"authorization": ["Bearer abcd"]}), "a credential", id="bearer"),
        pytest.param(cassette(headers={"authorization": ["basic Zm9v"]}), "a credential", id="basic"),
        pytest.param(cassette(headers={"Set-Cookie": ["a=b"]}), "a cookie", id="cookie"),
        pytest.param(cassette(body="jane@shop.io"), "an e-mail address", id="address"),
        pytest.param(cassette(body="jane@example.com.shop.io"), "an e-mail address", id="address like an example"),
    ],
)
def test_a_secret_that_nobody_told_us_of_is_found_by_its_form(text: bytes, what: str, tmp_path: Path) -> None:
    file = tmp_path / "planted.yaml"
    file.write_bytes(text)

    assert what in {leak.what for leak in leaks([file], [])}


def test_placeholders_ids_and_examples_are_no_secrets(tmp_path: Path) -> None:
    file = tmp_path / "clean.yaml"
    file.write_bytes(
        cassette(
            headers={"authorization": ["Basic REDACTED"]},
            uri="https://sandbox.invalid/sources/Cj8t3nmYXyiQ1XxzXjDMIi/writekey/REDACTEDWRITEKEY0000000000000001",
            body='{"token":"sgp_REDACTED","email":"cassette@example.com","id":"5f7dd6d21ad74f3842b1fc47"}',
        )
    )

    assert leaks([file], [TOKEN, KEY, PLAIN_TOKEN, PLAIN_KEY]) == []
