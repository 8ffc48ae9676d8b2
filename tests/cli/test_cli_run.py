"""`run`: one tool; the envelope alone on stdout, the rest on stderr, and an exit code that tells them apart."""

from __future__ import annotations

import pytest
from cli_runner import Cli, Keyboard

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving

BOX = Sandbox()
SPARE = BOX.sources["old-backoffice"]


def test_the_envelope_is_printed_as_json(cli: Cli) -> None:
    ended = cli("run", "track", "userId=42", "event=Signed Up", "properties.plan=pro", "--sandbox")

    assert (ended.code, ended.err) == (0, "")
    assert set(ended.json) == {"data", "error", "successful"}
    assert ended.json["data"]["status"] == "accepted"
    assert ended.out.count("\n") > 1


def test_with_json_the_envelope_is_one_line(cli: Cli) -> None:
    ended = cli("run", "track", "userId=42", "event=Signed Up", "--sandbox", "--json")

    assert ended.json["successful"]
    assert ended.out.count("\n") == 1


def test_arguments_and_options_may_stand_in_any_order(cli: Cli) -> None:
    ended = cli("run", "--sandbox", "track", "userId=42", "-d", '{"userId": "1", "event": "A"}', "event=B", "--json")

    assert ended.json["successful"]


def test_arguments_may_come_from_stdin(cli: Cli) -> None:
    assert cli("run", "track", "-d", "-", "--sandbox", stdin='{"userId": "u", "event": "A"}').code == 0


def test_a_refused_call_is_unsuccessful_and_the_hint_goes_to_stderr(cli: Cli) -> None:
    ended = cli("run", "track", "event=A", "--sandbox", "--json")

    assert ended.code == 1
    assert "userId or anonymousId" in ended.json["error"]
    assert ended.err == "hint: Nothing was sent. Fix this and call again.\n"


def test_a_spelling_that_was_set_right_is_noted(cli: Cli) -> None:
    ended = cli("run", "track", "-d", '{"user_id": "u", "event": "A"}', "--sandbox")

    assert (ended.code, ended.err) == (0, "note: read user_id as userId\n")


def test_what_segment_refuses_is_unsuccessful(cli: Cli) -> None:
    ended = cli("run", "get_destination", "destinationId=nowhere", "--sandbox", "--json")

    assert ended.code == 1
    assert not ended.json["successful"]


def test_a_missing_credential_is_unsuccessful_and_named(cli: Cli) -> None:
    ended = cli("run", "get_destination", "destinationId=d", "--json")

    assert ended.code == 1
    assert "SEGMENT_PUBLIC_API_TOKEN" in ended.err


def test_a_refused_connection_has_its_own_exit_code(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGMENT_TRACKING_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("SEGMENT_WRITE_KEY", BOX.write_key)

    ended = cli("run", "track", "userId=u", "event=A", "--json")

    assert ended.code == 3
    assert not ended.json["successful"]
    assert BOX.write_key not in ended.out + ended.err


def test_an_environment_that_cannot_be_right_is_a_mistake(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGMENT_REGION", "mars")

    ended = cli("run", "track", "userId=u", "event=A")

    assert (ended.code, ended.out) == (2, "")
    assert "mars" not in ended.err


def test_an_unknown_tool_is_a_mistake(cli: Cli) -> None:
    ended = cli("run", "trak", "userId=u", "--json")

    assert (ended.code, ended.out) == (2, "")
    assert "did you mean SEGMENT_TRACK?" in ended.err


def test_a_destructive_tool_is_refused_when_nobody_can_be_asked(cli: Cli) -> None:
    ended = cli("run", "delete-source", f"sourceId={SPARE}", "--sandbox", "--json", stdin="y\n")

    assert ended.code == 1
    assert not ended.json["successful"]
    assert "--yes" in ended.err


def test_yes_approves_it(cli: Cli) -> None:
    ended = cli("run", "delete-source", f"sourceId={SPARE}", "--sandbox", "--yes", "--json")

    assert (ended.code, ended.err) == (0, "")
    assert ended.json["data"]["status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("typed", "code"), [(("y",), 0), (("YES",), 0), (("n",), 1), (("",), 1), (("sure",), 1), ((), 1)]
)
def test_a_person_at_a_terminal_is_asked_and_no_is_the_default(cli: Cli, typed: tuple[str, ...], code: int) -> None:
    ended = cli("run", "delete-source", f"sourceId={SPARE}", "--sandbox", "--json", stdin=Keyboard(*typed))

    assert ended.code == code
    assert "Run it? [y/N]" in ended.err
    assert SPARE in ended.err
    assert ended.out.count("\n") == 1


def test_only_what_cannot_be_undone_is_asked_about(cli: Cli) -> None:
    ended = cli("run", "track", "userId=u", "event=A", "--sandbox", stdin=Keyboard())

    assert (ended.code, ended.err) == (0, "")


def test_a_write_key_is_shown_neither_in_the_question_nor_in_the_answer(cli: Cli) -> None:
    key = BOX.write_keys["old-backoffice"]
    words = ("run", "remove_source_write_key", f"sourceId={SPARE}", f"writeKey={key}", "--sandbox")

    ended = cli(*words, stdin=Keyboard("y"))

    assert ended.code == 0
    assert key not in ended.out + ended.err


def test_the_hosts_user_may_be_named(cli: Cli) -> None:
    assert cli("run", "track", "userId=u", "event=A", "--user-id", "tenant-1", "--sandbox").code == 0


def test_text_from_outside_cannot_steer_the_terminal(cli: Cli) -> None:
    clear_screen = "\x1b[2J\x9b2J"

    ended = cli("run", "update_source", f"sourceId={SPARE}", f"settings.note={clear_screen}", "--sandbox")

    assert "\x1b" not in ended.out
    assert "\x9b" not in ended.out
    assert ended.json["data"]["source"]["settings"]["note"] == "[2J2J"  # of what steers, nothing is left


IN_USE = BOX.sources["shop-web"]


def test_yes_is_not_enough_for_a_source_in_use_of_a_real_workspace(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Sandbox()
    with serving(box) as url:
        monkeypatch.setenv("SEGMENT_PUBLIC_API_URL", url)
        monkeypatch.setenv("SEGMENT_PUBLIC_API_TOKEN", box.token)
        words = ("run", "delete-source", f"sourceId={box.sources['shop-web']}", "--json")

        plain = cli(*words, "--yes")
        overridden = cli(*words, "--override", "it moves")

    assert (plain.code, overridden.code) == (1, 0)
    assert "--override REASON" in plain.err
    assert plain.json["data"]["preview"]["affects"]["events_last_7_days"] > 0


@pytest.mark.parametrize(("typed", "code"), [(("y", "override"), 0), (("y", "y"), 1), (("y",), 1), (("n",), 1)])
def test_for_a_source_in_use_a_person_types_a_word(cli: Cli, typed: tuple[str, ...], code: int) -> None:
    ended = cli("run", "delete-source", f"sourceId={IN_USE}", "--sandbox", "--json", stdin=Keyboard(*typed))

    assert ended.code == code
    assert "It affects" in ended.err


def test_a_preview_shows_the_request_and_sends_nothing(cli: Cli) -> None:
    ended = cli("run", "delete-source", f"sourceId={IN_USE}", "--sandbox", "--preview", "--json")

    assert (ended.code, ended.err) == (0, "")
    assert ended.json["data"]["requests"][0]["method"] == "DELETE"


def test_what_the_options_leave_out_is_refused(cli: Cli) -> None:
    ended = cli("run", "delete-source", f"sourceId={SPARE}", "--sandbox", "--yes", "--no-delete", "--json")

    assert ended.code == 1
    assert "not allowed by the host's policy" in ended.json["error"]
