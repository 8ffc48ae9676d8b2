"""scripts/test-providers: what it counts as a case, and what it does to the table of docs/providers.md."""

from __future__ import annotations

import pytest

from scripts.provider_tests.suite import Result, counted
from scripts.provider_tests.table import END, START, differences, merged, rows_of, shown, with_table

AGNO = Result("agno", "agno 3.1.10", 10, 0, 0, 21.4).row()
DSPY = Result("dspy", "dspy 3.4.1", 9, 1, 1, 4.0).row()
PAGE = f"Before\n{START}{END}After\n"


def report(*cases: str) -> str:
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


def case(name: str, outcome: str = "") -> str:
    module = "test_conformance" if name.endswith("]") else "test_frameworks"
    return f'<testcase classname="tests.providers.{module}" name="{name}">{outcome}</testcase>'


def test_a_row_says_what_was_tested_and_what_came_of_it() -> None:
    assert AGNO == ("`agno`", "`AgnoProvider`", "agno 3.1.10", "10 of 10", "21")
    assert DSPY[3] == "9 of 10, 1 not applicable"


def test_the_cases_of_the_suite_and_of_the_framework_alone_are_counted() -> None:
    cases = report(
        case("test_good[SEGMENT_TRACK-openai]"),
        case("test_bad[openai]", "<failure/>"),
        case("test_async[openai]", "<skipped/>"),
        case("test_openai_streams"),
        case("test_openai_batches", "<skipped/>"),
    )

    assert counted(cases, "openai") == (2, 1, 1)


def test_another_providers_cases_are_not_counted() -> None:
    cases = report(
        case("test_good[SEGMENT_TRACK-openai_agents]"), case("test_openai_agents_asks"), case("test_x[agno]")
    )

    assert counted(cases, "openai") == (0, 0, 0)


def test_a_module_that_cannot_be_collected_is_a_failure() -> None:
    assert counted(report(case("tests.providers.test_conformance", "<error/>")), "openai") == (0, 1, 0)


def test_a_run_without_a_report_is_no_success() -> None:
    passed, failed, skipped = counted("<none/>", "openai")

    assert not Result("openai", "openai 3", passed, failed, skipped, 0.0).good


def test_the_rows_written_are_the_rows_read() -> None:
    text = with_table(PAGE, [AGNO, DSPY])

    assert rows_of(text) == [AGNO, DSPY]
    assert text.startswith("Before\n")
    assert text.endswith("After\n")
    assert shown([AGNO, DSPY]) in text


def test_what_was_not_run_keeps_its_row_and_what_is_gone_loses_it() -> None:
    gone = ("`gone`", "`Gone`", "gone 1", "1 of 1", "1")
    newer = Result("agno", "agno 4.0.0", 10, 0, 0, 9.0).row()

    assert merged([DSPY, AGNO, gone], [newer], ["agno", "dspy"]) == [newer, DSPY]


def test_a_page_without_the_markers_is_said_to_have_none() -> None:
    with pytest.raises(ValueError, match="has no <!-- providers"):
        with_table("Before\nAfter\n", [AGNO])


@pytest.mark.parametrize(
    ("now", "said"),
    [
        pytest.param(Result("agno", "agno 4.0.0", 10, 0, 0, 99.0), [], id="another version, slower"),
        pytest.param(
            Result("agno", "agno 3.1.10", 9, 1, 0, 21.4),
            ["`agno` has 9 of 10, and the table 10 of 10"],
            id="a case fails",
        ),
        pytest.param(
            Result("haystack", "haystack-ai 3.4.0", 10, 0, 0, 9.0),
            ["`haystack` has 10 of 10, and the table has no row for it"],
            id="a new provider",
        ),
    ],
)
def test_a_check_is_of_names_and_results(now: Result, said: list[str]) -> None:
    assert differences([AGNO, DSPY], [now.row()]) == said
