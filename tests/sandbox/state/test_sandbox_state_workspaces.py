"""Several workspaces in one sandbox: each token and key opens its own, at the hosts of its own region."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, WorkspaceHandle
from segment_toolkit.sandbox.server import serving
from tests.sandbox.state.state_world import PUBLIC, TRACKING, names, public_client, track, tracking_client

Region = Literal["us", "eu"]
PROFILES = {"us": "https://profiles.segment.com", "eu": "https://profiles.euw1.segment.com"}
OTHER: dict[Region, Region] = {"us": "eu", "eu": "us"}
REGIONS: list[Region] = ["us", "eu"]


@pytest.fixture
def globex(box: Sandbox) -> WorkspaceHandle:
    """A second workspace, in the EU."""
    return box.add_workspace("globex", region="eu", name="Globex")


@pytest.fixture
def both(box: Sandbox, globex: WorkspaceHandle) -> dict[Region, WorkspaceHandle]:
    """The workspace of each region."""
    return {"us": box.workspaces["acme"], "eu": globex}


def test_workspaces_share_no_id_no_key_and_no_token(box: Sandbox, globex: WorkspaceHandle) -> None:
    acme = box.workspaces["acme"]

    assert list(box.workspaces) == ["acme", "globex"]
    assert (globex.region, box.region) == ("eu", "us")
    for facts in ("sources", "write_keys", "destinations", "tracking_plans"):
        assert set(getattr(acme, facts)) == set(getattr(globex, facts))
        assert not set(getattr(acme, facts).values()) & set(getattr(globex, facts).values())
    for fact in ("id", "token", "space_id", "profile_token", "write_key"):
        assert getattr(acme, fact) != getattr(globex, fact)


@pytest.mark.parametrize("path", ["/sources", "/destinations", "/warehouses", "/tracking-plans", "/users"])
def test_a_token_lists_its_own_things_only(box: Sandbox, globex: WorkspaceHandle, path: str) -> None:
    with public_client(box) as ours, public_client(box, globex) as theirs:
        mine = {item["id"] for item in listed(ours.get(path))}
        others = {item["id"] for item in listed(theirs.get(path))}

    assert len(mine) == len(others) > 0
    assert not mine & others


def listed(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return next(value for value in answer.json()["data"].values() if isinstance(value, list))


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_belongs_to_another_workspace_is_not_found(box: Sandbox, globex: WorkspaceHandle, method: str) -> None:
    before = globex.sources, globex.destinations, globex.warehouses, globex.tracking_plans
    paths = [
        f"/sources/{globex.sources['shop-web']}",
        f"/destinations/{globex.destinations['slack']}",
        f"/warehouses/{globex.warehouses['postgres']}",
        f"/tracking-plans/{globex.tracking_plans['shop-events']}",
    ]

    with public_client(box) as client:
        answers = [client.request(method, path, json={"name": "stolen"}) for path in paths]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert before == (globex.sources, globex.destinations, globex.warehouses, globex.tracking_plans)


def test_a_destination_cannot_be_connected_to_the_source_of_another_workspace(
    box: Sandbox, globex: WorkspaceHandle
) -> None:
    with public_client(box) as client:
        kind = listed(client.get("/catalog/destinations"))[0]["id"]
        body = {"sourceId": globex.sources["shop-web"], "metadataId": kind, "enabled": True, "settings": {}}
        answer = client.post("/destinations", json=body)

    assert answer.status_code in (404, 422)
    assert set(globex.destinations) == {"actions-amplitude", "slack", "actions-webhook"}


def test_events_stay_in_the_workspace_of_their_key(box: Sandbox, globex: WorkspaceHandle) -> None:
    totals = box.totals

    with tracking_client(box, "eu") as client:
        track(client, globex.write_key, "Seen In Europe", properties={"n": 1})

    assert (names(box), names(globex)) == ([], ["Seen In Europe"])
    assert box.totals == totals
    assert (box.profiles, len(globex.profiles)) == ([], 1)
    assert globex.query("SELECT event FROM shop_web.tracks", warehouse=warehouse_of(globex)) == [
        {"event": "seen_in_europe"}
    ]
    with pytest.raises(ValueError, match="no warehouse"):
        box.query("SELECT event FROM shop_web.tracks", warehouse=warehouse_of(globex))


def warehouse_of(workspace: WorkspaceHandle) -> str:
    """The prefix of the workspace's first warehouse, which is numbered when another workspace has the same kind."""
    return "postgres_2" if workspace.slug == "globex" else "postgres"


@pytest.mark.parametrize("region", REGIONS)
def test_a_key_at_the_host_of_the_other_region_is_answered_200_and_attributed_to_nobody(
    box: Sandbox, both: dict[Region, WorkspaceHandle], region: Region
) -> None:
    workspace = both[region]

    with tracking_client(box, OTHER[region]) as client:
        answer = track(client, workspace.write_key, "Lost")

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert names(workspace) == []
    assert [event["event"] for event in box.unattributed] == ["Lost"]


def test_an_unknown_key_is_answered_200_and_shown_as_unattributed(box: Sandbox, globex: WorkspaceHandle) -> None:
    with tracking_client(box) as client:
        answer = track(client, "nobody's", "Lost")

    assert answer.json() == {"success": True}
    assert [event["event"] for event in box.unattributed] == ["Lost"]
    assert {item["reason"] for item in globex.dropped} == {"unknown_source"}


@pytest.mark.parametrize("region", REGIONS)
def test_a_token_at_the_host_of_the_other_region_is_refused(
    box: Sandbox, both: dict[Region, WorkspaceHandle], region: Region
) -> None:
    headers = {"authorization": f"Bearer {both[region].token}"}

    with httpx.Client(transport=box.transport(), headers=headers) as client:
        home = client.get(f"{PUBLIC[region]}/")
        abroad = client.get(f"{PUBLIC[OTHER[region]]}/")

    assert home.json()["data"]["workspace"]["slug"] == both[region].slug
    assert abroad.status_code == 401


@pytest.mark.parametrize("region", REGIONS)
def test_a_profile_token_at_the_host_of_the_other_region_is_refused(
    box: Sandbox, both: dict[Region, WorkspaceHandle], region: Region
) -> None:
    workspace = both[region]
    with tracking_client(box, region) as client:
        client.post("identify", json={"writeKey": workspace.write_key, "userId": "u-1", "traits": {"plan": "pro"}})

    path = f"/v1/spaces/{workspace.space_id}/collections/users/profiles/user_id:u-1/traits"
    with httpx.Client(transport=box.transport(), auth=(workspace.profile_token, "")) as client:
        home, abroad = (client.get(PROFILES[at] + path) for at in (region, OTHER[region]))
    with httpx.Client(transport=box.transport(), auth=(both[OTHER[region]].profile_token, "")) as client:
        stranger = client.get(PROFILES[region] + path)

    assert home.json()["traits"] == {"plan": "pro"}
    assert (abroad.status_code, stranger.status_code) == (401, 401)


@contextmanager
def two_ports(box: Sandbox) -> Iterator[dict[Region, str]]:
    """Serve each region on a port of its own."""
    with serving(box, "us") as us, serving(box, "eu") as eu:
        yield {"us": us, "eu": eu}


@pytest.mark.parametrize("region", REGIONS)
def test_over_real_sockets_each_port_is_a_region(
    box: Sandbox, both: dict[Region, WorkspaceHandle], region: Region
) -> None:
    workspace, other = both[region], OTHER[region]
    headers = {"authorization": f"Bearer {workspace.token}"}
    event = {"writeKey": workspace.write_key, "userId": "u", "event": "E"}
    path = f"/v1/spaces/{workspace.space_id}/collections/users/profiles/user_id:u/external_ids"

    with two_ports(box) as urls, httpx.Client(trust_env=False) as client:
        tracked = [client.post(f"{urls[at]}/v1/track", json=event).status_code for at in (other, region)]
        managed = [client.get(f"{urls[at]}/", headers=headers).status_code for at in (other, region)]
        read = [client.get(urls[at] + path, auth=(workspace.profile_token, "")).status_code for at in (other, region)]

    assert (tracked, managed, read) == ([200, 200], [401, 200], [401, 200])
    assert (len(workspace.events), len(box.unattributed)) == (1, 1)


def test_segments_own_host_names_mean_their_region_at_any_port(
    box: Sandbox, both: dict[Region, WorkspaceHandle]
) -> None:
    event = {"writeKey": both["eu"].write_key, "userId": "u", "event": "E"}

    with serving(box, "us") as url:
        headers = {"host": httpx.URL(TRACKING["eu"]).host}
        httpx.post(f"{url}/v1/track", json=event, headers=headers, trust_env=False)

    assert len(both["eu"].events) == 1


def test_workspaces_that_are_added_at_the_same_time_are_all_there(box: Sandbox) -> None:
    slugs = [f"w{number}" for number in range(8)]
    refused: list[str] = []

    def add(slug: str) -> None:
        try:
            box.add_workspace(slug)
        except ValueError:
            refused.append(slug)

    threads = [threading.Thread(target=add, args=(slug,)) for slug in slugs * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(box.workspaces) == {"acme", *slugs}
    assert sorted(refused) == slugs
    assert len({workspace.token for workspace in box.workspaces.values()}) == 9
