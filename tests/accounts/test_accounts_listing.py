"""`connected_accounts.list`: filters, order, pages."""

from __future__ import annotations

from typing import Any

import pytest
from account_samples import token_config

from segment_toolkit.accounts import ConnectedAccounts
from segment_toolkit.errors import InvalidParams


@pytest.fixture
def ids(accounts: ConnectedAccounts) -> list[str]:
    """Three accounts, oldest first: of u1 and ac_x, of u1 and ac_y (switched off), of u2 and ac_x."""
    pairs = [("u1", "ac_x"), ("u1", "ac_y"), ("u2", "ac_x")]
    made = [accounts.initiate(user, auth_config, config=token_config()).id for user, auth_config in pairs]
    accounts.disable(made[1])
    return made


@pytest.mark.parametrize(
    ("query", "places"),
    [
        pytest.param({}, [2, 1, 0], id="everything, newest first"),
        pytest.param({"user_ids": ["u1"]}, [1, 0], id="one user"),
        pytest.param({"user_ids": ("u1", "u2")}, [2, 1, 0], id="two users"),
        pytest.param({"user_ids": []}, [], id="no user"),
        pytest.param({"auth_config_ids": ["ac_x"]}, [2, 0], id="an auth config"),
        pytest.param({"toolkit_slugs": ["SEGMENT"]}, [2, 1, 0], id="the toolkit"),
        pytest.param({"toolkit_slugs": ["gmail"]}, [], id="another toolkit"),
        pytest.param({"statuses": ["INACTIVE"]}, [1], id="a status"),
        pytest.param({"user_ids": ["u1"], "statuses": ["ACTIVE"]}, [0], id="user and status"),
        pytest.param({"order_by": "created_at"}, [2, 1, 0], id="by creation"),
        pytest.param({"order_by": "updated_at"}, [1, 2, 0], id="by change"),
        pytest.param({"limit": 2}, [2, 1], id="the first two"),
        pytest.param({"limit": 2, "cursor": "2"}, [0], id="the rest"),
    ],
)
def test_accounts_are_found_by(
    accounts: ConnectedAccounts, ids: list[str], query: dict[str, Any], places: list[int]
) -> None:
    page = accounts.list(**query)

    assert [account.id for account in page] == [ids[place] for place in places]


def test_an_account_is_found_by_its_id(accounts: ConnectedAccounts, ids: list[str]) -> None:
    page = accounts.list(connected_account_ids=[ids[0], "ca_none"])

    assert [account.id for account in page.items] == [ids[0]]


def test_pages_follow_each_other_to_the_last(accounts: ConnectedAccounts, ids: list[str]) -> None:
    first = accounts.list(limit=2)
    last = accounts.list(limit=2, cursor=first.next_cursor)

    assert [a.id for a in (*first, *last)] == list(reversed(ids))
    assert (first.current_page, first.total_pages, first.total_items) == (1, 2, 3)
    assert (last.current_page, last.next_cursor) == (2, None)


def test_an_empty_list_is_one_empty_page(accounts: ConnectedAccounts) -> None:
    page = accounts.list()

    assert (page.items, page.next_cursor, page.total_pages, page.total_items) == ([], None, 1, 0)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        pytest.param({"user_ids": "u1"}, "user_ids must be a list", id="a bare string"),
        pytest.param({"statuses": ["ACTIV"]}, "did you mean 'ACTIVE'", id="a misspelt status"),
        pytest.param({"order_by": "alias"}, "order_by must be", id="an unknown order"),
        pytest.param({"cursor": "abc"}, "cursor must be", id="a made-up cursor"),
        pytest.param({"limit": 0}, "limit must be", id="limit zero"),
        pytest.param({"limit": float("nan")}, "limit must be", id="limit not a number"),
    ],
)
def test_a_wrong_query_is_refused(accounts: ConnectedAccounts, query: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidParams, match=says):
        accounts.list(**query)
