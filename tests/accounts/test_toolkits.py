"""The toolkits listing: one toolkit, and what connecting it takes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from account_samples import token_config

from segment_toolkit.accounts import AuthConfigs, ConnectedAccounts, MemoryStore
from segment_toolkit.errors import InvalidParams
from segment_toolkit.toolkits import Toolkits


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def toolkits(memory: MemoryStore) -> Toolkits:
    return Toolkits(lambda: 17, ConnectedAccounts(memory), AuthConfigs(memory))


@pytest.mark.parametrize("slug", ["segment", "SEGMENT", " Segment "])
def test_the_toolkit_is_found_by_its_slug_in_any_case(toolkits: Toolkits, slug: str) -> None:
    found = toolkits.get(slug)

    assert (found.slug, found.name, found.tools_count) == ("segment", "Segment", 17)
    assert found.categories == ("analytics", "marketing automation")
    assert found.auth_schemes == ("API_KEY",)
    assert found.description.count(".") == 1
    assert found.meta.tools_count == 17


@pytest.mark.parametrize(
    ("slug", "says"),
    [
        pytest.param("segmet", "did you mean 'segment'", id="misspelt"),
        pytest.param("gmail", "There is one: 'segment'", id="another"),
        pytest.param(7, "No toolkit", id="not a string"),
    ],
)
def test_an_unknown_slug_names_the_nearest(toolkits: Toolkits, slug: Any, says: str) -> None:
    with pytest.raises(InvalidParams) as raised:
        toolkits.get(slug)

    assert says in raised.value.text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        pytest.param({}, 1, id="all"),
        pytest.param({"category": "Analytics"}, 1, id="a category by name"),
        pytest.param({"category": "marketing-automation"}, 1, id="a category by id"),
        pytest.param({"category": "crm"}, 0, id="another category"),
        pytest.param({"sort_by": "usage", "managed_by": "all", "limit": 5}, 1, id="sorted"),
    ],
)
def test_toolkits_are_listed_by(toolkits: Toolkits, query: dict[str, Any], count: int) -> None:
    assert len(toolkits.list(**query)) == count
    assert len(toolkits.get(query=query)) == count


def test_a_wrong_query_is_refused(toolkits: Toolkits) -> None:
    with pytest.raises(InvalidParams, match="did you mean 'category'"):
        toolkits.get(query={"categry": "analytics"})
    with pytest.raises(InvalidParams, match="sort_by must be 'usage' or 'alphabetically'"):
        toolkits.list(sort_by="name")  # type: ignore[arg-type]


def test_categories_have_an_id_and_a_name(toolkits: Toolkits) -> None:
    found = toolkits.list_categories()

    assert [(c.id, c.name) for c in found] == [
        ("analytics", "analytics"),
        ("marketing-automation", "marketing automation"),
    ]


def test_the_form_asks_for_region_and_key_and_offers_the_rest(toolkits: Toolkits) -> None:
    required = toolkits.get_connected_account_initiation_fields("segment", "API_KEY", required_only=True)
    every = toolkits.get_connected_account_initiation_fields("segment", "API_KEY")

    assert [(f.name, f.type, f.required) for f in required] == [
        ("region", "string", True),
        ("generic_api_key", "string", True),
    ]
    assert [f.name for f in every[2:]] == ["public_api_token", "write_key", "write_keys"]
    assert [f.name for f in every if not f.is_secret] == ["region"]


def test_an_auth_config_asks_for_nothing(toolkits: Toolkits) -> None:
    assert toolkits.get_auth_config_creation_fields("segment", "API_KEY") == ()


def test_another_auth_scheme_has_no_form(toolkits: Toolkits) -> None:
    with pytest.raises(InvalidParams, match="auth_scheme must be 'API_KEY'"):
        toolkits.get_connected_account_initiation_fields("segment", "OAUTH2")


def test_authorizing_a_user_without_an_account_says_how_to_connect(toolkits: Toolkits, memory: MemoryStore) -> None:
    made = AuthConfigs(memory).create("segment", {})

    with pytest.raises(InvalidParams, match=r"connected_accounts\.initiate") as raised:
        toolkits.authorize(user_id="u1", toolkit="segment")

    assert made.id in raised.value.text
    assert "generic_api_key" in raised.value.text


def test_authorizing_a_connected_user_answers_the_connection(toolkits: Toolkits, memory: MemoryStore) -> None:
    accounts = ConnectedAccounts(memory)
    accounts.initiate("u2", "ac_x", config=token_config())
    mine = accounts.initiate("u1", "ac_x", config=token_config())

    request = toolkits.authorize(user_id="u1", toolkit="SEGMENT")

    assert (request.id, request.status) == (mine.id, "ACTIVE")
    assert request.wait_for_connection().user_id == "u1"


def test_importing_loads_nothing_heavy() -> None:
    heavy = "pydantic", "httpx", "asyncio", "sqlite3", "uuid", "logging", "cryptography", "secrets", "pathlib"
    program = (
        f"import sys, segment_toolkit.toolkits, segment_toolkit.types; print([m for m in {heavy} if m in sys.modules])"
    )
    bare = f"import sys; print([m for m in {heavy} if m in sys.modules])"

    loaded, before = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for code in (program, bare)
    )

    assert loaded == before
