"""The pytest plug-in, as a project that installed the package uses it: in a pytest of its own."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import segment_toolkit

pytest_plugins = ["pytester"]

PLUGIN = "segment_toolkit.pytest_plugin"
PROJECT = Path(segment_toolkit.__file__).parents[1] / "pyproject.toml"


@pytest.fixture(autouse=True)
def only_this_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load the plug-in by name, whether or not this checkout is installed, and not a second time by its entry point."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(pytester: pytest.Pytester, test: str) -> pytest.RunResult:
    pytester.makepyfile(test)
    # In a process of its own, as a user's pytest is.
    return pytester.runpytest_subprocess("-p", PLUGIN, "-p", "no:cacheprovider")


def test_installing_the_package_registers_it() -> None:
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]

    assert project["entry-points"]["pytest11"] == {"segment_toolkit": PLUGIN}


def test_each_test_has_a_sandbox_of_its_own(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest
        from segment_toolkit import SegmentToolkit

        @pytest.mark.parametrize("turn", [1, 2])
        def test_tracking(segment_sandbox, turn):
            toolkit = SegmentToolkit.sandbox(segment_sandbox)
            toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "Signed Up"})
            assert [event["event"] for event in segment_sandbox.events] == ["Signed Up"]
        """,
    )

    result.assert_outcomes(passed=2)


def test_a_marker_says_how_to_make_it(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest

        @pytest.mark.segment_sandbox(region="eu", seed="globex")
        def test_region(segment_sandbox):
            assert segment_sandbox.region == "eu"
        """,
    )

    result.assert_outcomes(passed=1)


def test_it_is_served_where_a_url_is_asked_for(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import httpx

        def test_served(segment_sandbox, segment_sandbox_url):
            body = {"writeKey": segment_sandbox.write_key, "userId": "u", "event": "Signed Up"}
            httpx.post(f"{segment_sandbox_url}/v1/track", json=body, trust_env=False)
            assert len(segment_sandbox.events) == 1
        """,
    )

    result.assert_outcomes(passed=1)


def test_a_failing_test_shows_what_happened_and_no_key(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import httpx

        def test_tracking(segment_sandbox):
            with httpx.Client(transport=segment_sandbox.transport()) as client:
                client.post("https://api.segment.io/v1/track", json={"writeKey": "k" * 32, "userId": "u"})
            assert segment_sandbox.event_count == 1
        """,
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*segment sandbox*", "*POST api.segment.io/v1/track 200*", "dropped: unknown_source"])
    assert "k" * 32 not in result.stdout.str()


def test_nothing_is_imported_before_it_is_asked_for(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import sys

        def test_light():
            assert not {"httpx", "pydantic", "starlette"} & set(sys.modules)
        """,
    )

    result.assert_outcomes(passed=1)
