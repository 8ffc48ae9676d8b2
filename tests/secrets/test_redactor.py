"""A known secret is cut out of text in every form in which it can come back; its mask tells it from others."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_toolkit.secrecy.redaction import REDACTED, Redactor, fitting, is_mask, mask, masked, told

KEY = "Vf3kQ9xZ7LmN2bRt8sWc5YpD1hGj6TaE"
ODD = 'a"quoted"<key>with&more/slashes+plus\\es'


def forms(secret: str) -> dict[str, str]:
    raw = secret.encode()
    return {
        "as it is": secret,
        "turned round": secret[::-1],
        "in upper case": secret.upper(),
        "in lower case": secret.lower(),
        "swapped case": secret.swapcase(),
        "percent-encoded": quote(secret, safe=""),
        "percent-encoded in lower case": quote(secret, safe="").lower(),
        "percent-encoded twice": quote(quote(secret, safe=""), safe=""),
        "percent-encoded whole": "".join(f"%{byte:02X}" for byte in raw),
        "as JSON": json.dumps(secret),
        "as HTML": html.escape(secret),
        "in hexadecimal": raw.hex(),
        "in base64": base64.b64encode(raw).decode(),
        "in base64 for URLs": base64.urlsafe_b64encode(raw).decode(),
        "as basic authentication": base64.b64encode(raw + b":").decode(),
        "as a password": base64.b64encode(b"user:" + raw).decode(),
        "in base64 behind one byte": base64.b64encode(b"x" + raw + b"yz").decode(),
        "in base64 behind two": base64.b64encode(b"xy" + raw + b"z").decode(),
        "inside a word": f"prefix{secret}suffix",
        "in a query": f"https://x.example/?key={quote_plus(secret)}&n=1",
    }


@pytest.mark.parametrize("form", forms(KEY))
@pytest.mark.parametrize("secret", [KEY, ODD], ids=["key", "odd"])
def test_every_form_of_a_secret_is_cut_out(secret: str, form: str) -> None:
    said = Redactor([secret]).text(f"before {forms(secret)[form]} after")

    assert REDACTED in said
    assert said.startswith("before ")
    assert said.endswith(" after")
    assert not any(part in said for n in range(len(secret) - 8) for part in [secret[n : n + 8]])


@given(st.text(min_size=6, max_size=40), st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=500, deadline=None)
def test_any_secret_is_cut_out_of_any_text(secret: str, before: str, after: str) -> None:
    said = Redactor([secret]).data({before + secret + after: [secret + after]})

    assert secret not in json.dumps(said, ensure_ascii=False).replace(REDACTED, "")


@given(st.lists(st.from_regex(r"[A-Za-z0-9_]{6,40}", fullmatch=True), min_size=1, max_size=3), st.binary(max_size=7))
@settings(max_examples=500, deadline=None)
def test_a_text_that_is_not_searched_holds_no_form(secrets: list[str], around: bytes) -> None:
    redactor = Redactor(secrets)

    for secret in secrets:
        for encoded in (base64.b64encode(around + secret.encode() + around).decode(), secret.encode().hex()):
            assert redactor.text(encoded) != encoded


@pytest.mark.parametrize("length", range(12, 32))
def test_a_part_of_a_secret_in_what_others_wrote_is_cut_out(length: int) -> None:
    for start in range(len(KEY) - length + 1):
        said = Redactor([KEY]).prose(f"bad key '{KEY[start : start + length]}' given")

        assert said == f"bad key '{REDACTED}' given"


@pytest.mark.parametrize("letter", ["\u0130", "ß", "ﬁ", "\u023a", "🙂"])
def test_letters_that_become_longer_in_lower_case_move_no_cut(letter: str) -> None:
    before = letter * 12

    said = Redactor([KEY]).prose(f"{before} bad key '{KEY[:20]}' given")

    assert said == f"{before} bad key '{REDACTED}' given"


def test_text_without_secrets_stays_as_it_is() -> None:
    text = "Accepted by Segment. 3f2a7c1e-0000-4000-8000-000000000000 Vf3k…6TaE " + "x" * 200

    assert Redactor([KEY]).prose(text) == text


def test_a_public_api_token_is_known_by_its_form_whosoever_it_is() -> None:
    assert Redactor([]).text("Bearer sgp_abcDEF123.") == f"Bearer {REDACTED}."


def test_a_mask_tells_keys_apart_and_is_not_masked_again() -> None:
    assert mask(KEY) == "Vf3k…6TaE"
    assert mask(mask(KEY)) == mask(KEY)
    assert mask("short-password") == "…"


@pytest.mark.parametrize("text", ["Vf3k…6TaE", "Vf3k...6TaE", " Vf3k..6TaE ", "Vf3k****6TaE", "Vf3k•••6TaE"])
def test_a_mask_as_models_write_it_finds_its_key(text: str) -> None:
    assert is_mask(text)
    assert fitting(text, [KEY, "B" * 32, KEY]) == [KEY]


@pytest.mark.parametrize("text", ["", "…", "Vf3k", "Vf3k6TaE", KEY, "Vf3k…6TaE…6TaE", "Vf3 …6TaE", "vf3k…6tae"])
def test_what_is_no_mask_of_it_finds_no_key(text: str) -> None:
    assert fitting(text, [KEY]) == []


def test_what_is_masked_is_what_an_answer_told() -> None:
    settings = {"auth": {"apiKey": ODD}, "privateKeyPassphrase": "correct horse", "n": 1}
    answer = {"source": {"name": "Shop", "writeKeys": [KEY], "settings": settings}}

    assert list(told(answer)) == [KEY, ODD, "correct horse"]
    assert KEY not in json.dumps(masked(answer))
