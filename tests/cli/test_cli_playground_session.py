"""`playground`: what a person types, and what they then see. Each session is a list of typed lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cli_runner import Cli, Ended

from segment_toolkit.registry import Registry
from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS

#: The number under which the playground lists each tool.
NUMBER = {tool.slug: str(number) for number, tool in enumerate(TOOLS, 1)}

BOX = Sandbox()
Session = Callable[..., Ended]


@pytest.fixture
def session(cli: Cli) -> Session:
    """Runs a session in which these lines are typed, and then Ctrl+D."""
    return lambda *lines, options=(): cli("playground", *options, stdin="".join(f"{line}\n" for line in lines))


def test_the_tools_are_listed_with_numbers_and_effects(session: Session) -> None:
    ended = session()

    assert ended.code == 0
    rows = [line.split()[:3] for line in ended.out.splitlines() if "  SEGMENT_" in line and line[:2].strip().isdigit()]
    assert len(rows) == len(TOOLS)
    assert [NUMBER["SEGMENT_DELETE_SOURCE"], "SEGMENT_DELETE_SOURCE", "destructive"] in rows


@pytest.mark.parametrize("line", [NUMBER["SEGMENT_TRACK"], "SEGMENT_TRACK", "track", "segment track"])
def test_a_tool_is_picked_by_number_or_name_and_its_sample_runs_on_enter(session: Session, line: str) -> None:
    ended = session(line, "", "quit")

    assert ended.code == 0
    assert "event*" in ended.out
    assert "POST api.segment.io/v1/track -> 200" in ended.out
    assert "Envelope: successful" in ended.out
    assert 'Stored   track "Order Completed" of user-42' in ended.out


def test_words_find_tools(session: Session) -> None:
    several = session("write key")
    one = session("merge two ids", "")

    assert "Several tools match" in several.out
    assert "SEGMENT_REMOVE_SOURCE_WRITE_KEY" in several.out
    assert "api.segment.io/v1/alias" in one.out


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("trak", "did you mean SEGMENT_TRACK?"),
        ("99", f"1 to {len(TOOLS)}"),
        ("0", f"1 to {len(TOOLS)}"),
        ("zzz", "`tools` lists them"),
    ],
)
def test_what_is_no_tool_is_said_and_the_session_goes_on(session: Session, line: str, answer: str) -> None:
    ended = session(line, "events")

    assert answer in ended.out
    assert "0 events" in ended.out


def test_fields_are_asked_for_needed_ones_first(session: Session) -> None:
    ended = session("track", "n", "Signed Up", "user-1", "", '{"plan": "pro"}', "", "", "", "")

    prompts = [name for name in ("event*", "userId", "anonymousId", "properties") if f"  {name} (" in ended.out]
    places = [ended.out.index(f"  {name} (") for name in prompts]
    assert len(places) == 4
    assert places == sorted(places)
    assert '"plan": "pro"' in ended.out
    assert '"anonymousId"' not in ended.out
    assert 'Stored   track "Signed Up" of user-1' in ended.out


def test_enter_takes_the_sample_for_a_needed_field_and_skips_another(session: Session) -> None:
    ended = session("update_source", "n", "", "New name", "", "", "")

    assert f"PATCH api.segmentapis.com/sources/{BOX.sources['shop-web']} -> 200" in ended.out
    assert '"name": "New name"' in ended.out


def test_a_question_mark_explains_and_bad_json_is_asked_for_again(session: Session) -> None:
    ended = session("identify", "n", "?", "u-9", "", "{plan", '{"plan": "pro"}', "", "", "", "", "")

    assert (
        Registry().definition("SEGMENT_IDENTIFY").input_parameters["properties"]["userId"]["description"] in ended.out
    )
    assert "traits is not valid JSON" in ended.out
    assert "Stored   identify of u-9" in ended.out


def test_closed_sets_are_shown_where_they_are_asked_for(session: Session) -> None:
    ended = session(NUMBER["SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION"], "n", "", "", "", "", "HOUR")

    assert "granularity (one of MINUTE, HOUR, DAY)" in ended.out
    assert "granularity=HOUR" in ended.out


def test_arguments_may_be_given_as_json(session: Session) -> None:
    ended = session("track", "what?", '{"userId": "u-5", "event": "Typed"}')

    assert 'Stored   track "Typed" of u-5' in ended.out


def test_a_refused_call_says_that_nothing_left(session: Session) -> None:
    ended = session("track", '{"event": "Of nobody"}', "requests")

    assert "no request left the process" in ended.out
    assert "Envelope: failed" in ended.out
    assert "0 requests" in ended.out


def test_back_runs_nothing(session: Session) -> None:
    assert "0 requests" in session("track", "b", "requests").out


def test_what_was_done_stays_until_reset(session: Session) -> None:
    ended = session("track", "", "identify", "", "events", "requests", "reset", "events", "requests")

    assert "2 events" in ended.out
    assert "2 requests" in ended.out
    assert "0 events" in ended.out
    assert "0 requests" in ended.out


def test_a_dropped_event_is_shown_with_its_reason(session: Session) -> None:
    source = BOX.sources["shop-web"]

    ended = session("update_source", f'{{"sourceId": "{source}", "enabled": false}}', "track", "", "dropped")

    assert 'Dropped  source_disabled: track "Order Completed" of user-42' in ended.out
    assert "1 dropped event" in ended.out


def test_a_long_list_is_cut_and_counted(session: Session) -> None:
    ended = session(*["track", ""] * 21, "events")

    assert "21 events, the last 20" in ended.out


def test_a_tool_can_be_shown_without_running_it(session: Session) -> None:
    ended = session("show batch", "show nothing", "requests")

    assert "array of objects" in ended.out
    assert "there is no tool called 'nothing'" in ended.out
    assert "0 requests" in ended.out


@pytest.mark.parametrize(("answer", "deletions"), [("y", 1), ("", 0), ("n", 0)])
def test_what_destroys_is_asked_about(session: Session, answer: str, deletions: int) -> None:
    ended = session("delete_source", "", answer, "requests")

    assert "Delete Source cannot be undone" in ended.out
    assert "It affects" in ended.out
    assert ended.out.count("DELETE api.segmentapis.com/sources/") == 2 * deletions  # in the exchange, in the list


@pytest.mark.parametrize(("word", "outcome"), [("override", "successful"), ("yes", "failed"), ("", "failed")])
def test_deleting_a_source_in_use_takes_a_word(session: Session, word: str, outcome: str) -> None:
    ended = session("delete_source", f'{{"sourceId": "{BOX.sources["shop-web"]}"}}', "y", word)

    assert "Careful: the source received" in ended.out
    assert f"Envelope: {outcome}" in ended.out


def test_the_end_of_input_at_that_question_means_no(session: Session) -> None:
    ended = session("delete_source", "")

    assert ended.code == 0
    assert "was not approved" in ended.out


def test_a_sample_follows_what_the_sandbox_still_holds(session: Session) -> None:
    in_use = ["delete_source", "", "y", "override"] * 3
    ended = session("delete_source", "", "y", *in_use, "delete_source", "some-id", "y")

    assert ended.out.count("Envelope: successful") == 4
    assert "No sample: there is no source left; reset brings everything back." in ended.out


def test_no_secret_is_shown(session: Session) -> None:
    typed = "k" * 32
    remove = f'{{"sourceId": "{BOX.sources["shop-ios"]}", "writeKey": "{typed}"}}'

    key = NUMBER["SEGMENT_REMOVE_SOURCE_WRITE_KEY"]
    ended = session(key, "", "y", key, "n", "", "", "y", key, remove, "y", "requests")

    secrets = (BOX.token, *BOX.write_keys.values(), typed)
    assert not [secret for secret in secrets if secret in ended.out + ended.err]
    assert ended.out.count("/writekey/[redacted] -> ") == 6


def test_with_json_stdout_holds_one_line_for_each_call(session: Session) -> None:
    ended = session("track", "", "identify", "", "events", options=("--json",))

    assert ended.code == 0
    assert [call["tool"] for call in ended.lines] == ["SEGMENT_TRACK", "SEGMENT_IDENTIFY"]
    assert "2 events" in ended.err


def test_help_names_the_commands(session: Session) -> None:
    ended = session("help")

    assert all(word in ended.out for word in ("tools", "show", "events", "dropped", "requests", "reset", "quit"))


def test_ctrl_c_leaves_cleanly(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: str = "") -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)

    assert cli("playground").code == 0
