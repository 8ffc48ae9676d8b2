"""Who may call the Public API, on which host, by which path."""

from __future__ import annotations

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox


def test_the_token_opens_its_workspace(public: httpx.Client) -> None:
    response = public.get("/")

    assert response.status_code == 200
    assert response.json()["data"]["workspace"]["slug"] == "acme"
    assert response.headers["content-type"] == "application/vnd.segment.v1+json"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer sgp_wrong", "Basic {token}", "{token}", "Bearer é"])
def test_without_the_token_every_answer_is_401(box: Sandbox, public: httpx.Client, header: str) -> None:
    response = public.get("/no/such/path", headers={b"authorization": header.format(token=box.token).encode()})

    assert response.status_code == 401
    assert response.json()["errors"][0]["type"] == "unauthorized"


@pytest.mark.parametrize(
    ("region", "host", "status"),
    [
        ("us", "api.segmentapis.com", 200),
        ("us", "API.segmentapis.com:443", 200),
        ("us", "eu1.api.segmentapis.com", 401),
        ("eu", "api.segmentapis.com", 401),
        ("eu", "eu1.api.segmentapis.com", 200),
        ("us", "127.0.0.1:8765", 200),
        ("eu", "localhost", 200),
    ],
)
def test_a_token_is_good_in_its_region_only(region: str, host: str, status: int) -> None:
    box = Sandbox(region="eu" if region == "eu" else "us")
    headers = {"host": host, "authorization": f"Bearer {box.token}"}

    with httpx.Client(transport=box.transport()) as client:
        response = client.get("http://sandbox/sources", headers=headers)

    assert response.status_code == status


def test_an_unnamed_host_serves_both_apis(box: Sandbox) -> None:
    headers = {"authorization": f"Bearer {box.token}"}

    with httpx.Client(transport=box.transport(), base_url="http://127.0.0.1:8765", headers=headers) as client:
        workspace = client.get("/")
        track = client.post("/v1/track", json={"writeKey": box.write_key, "userId": "u", "event": "E"})

    assert "data" in workspace.json()
    assert track.json() == {"success": True}


@pytest.mark.parametrize("path", ["/", "/sources", "/v1/track", "/anything/else"])
def test_the_legacy_app_host_answers_a_login_page_to_everything(box: Sandbox, path: str) -> None:
    with httpx.Client(transport=box.transport()) as client:
        response = client.post(f"https://app.segment.com{path}", json={})

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "<html>" in response.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/track", 404),
        ("GET", "/sources/", 404),
        ("GET", "/sources//labels", 404),
        ("PUT", "/sources", 405),
        ("DELETE", "/", 405),
    ],
)
def test_what_is_no_operation_gets_the_error_envelope(
    public: httpx.Client, method: str, path: str, status: int
) -> None:
    response = public.request(method, path)

    assert response.status_code == status
    assert response.json()["errors"][0]["message"].startswith("No such operation")


@pytest.mark.parametrize("path", ["/sources/{id}", "/destinations/{id}", "/warehouses/{id}", "/tracking-plans/{id}"])
def test_an_unknown_id_is_404_and_the_message_names_it(public: httpx.Client, path: str) -> None:
    response = public.get(path.format(id="abc"))

    [error] = response.json()["errors"]
    assert response.status_code == 404
    assert error["type"] == "not-found"
    assert error["message"].endswith("with id 'abc' not found.")


def test_an_id_is_decoded_after_the_path_was_split(public: httpx.Client) -> None:
    response = public.get("/sources/a%2Flabels%20b")

    assert response.json()["errors"][0]["message"] == "Source with id 'a/labels b' not found."


@pytest.mark.parametrize(
    "media", ["application/json", "application/vnd.segment.v1+json", "application/vnd.segment.v1alpha+json"]
)
def test_vendor_media_types_are_taken_both_ways(public: httpx.Client, web: str, media: str) -> None:
    headers = {"content-type": media, "accept": media}

    response = public.patch(f"/sources/{web}", content=b'{"name": "Renamed"}', headers=headers)

    assert response.json()["data"]["source"]["name"] == "Renamed"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"a": NaN}'])
def test_a_body_that_is_no_json_object_is_422(public: httpx.Client, web: str, body: bytes) -> None:
    response = public.patch(f"/sources/{web}", content=body)

    assert response.status_code == 422
    assert response.json()["errors"][0]["type"] == "validation"


def test_head_is_answered_without_a_body(public: httpx.Client) -> None:
    response = public.head("/sources")

    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"message": "hi"}, 200),
        ({}, 422),
        ({"message": "hi", "triggerError": "true"}, 400),
        ({"message": "hi", "triggerError": "true", "statusCode": "404"}, 404),
        ({"message": "hi", "triggerError": "true", "statusCode": "200"}, 422),
        ({"message": "hi", "triggerMultipleErrors": "true", "triggerUnexpectedError": "true"}, 400),
        ({"message": "hi", "triggerUnexpectedError": "true"}, 500),
    ],
)
def test_echo_provokes_errors_on_demand(public: httpx.Client, query: dict[str, str], status: int) -> None:
    response = public.get("/echo", params=query)

    assert response.status_code == status
    assert ("data" in response.json()) == (status == 200)


def test_echo_does_not_repeat_the_token(box: Sandbox, public: httpx.Client) -> None:
    response = public.get("/echo", params={"message": "hi"})

    assert response.json()["data"]["message"] == "hi"
    assert box.token not in response.text
