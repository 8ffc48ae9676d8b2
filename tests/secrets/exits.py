"""The ways in for secrets, and the ways out: what leaves with an envelope, a log, an exception."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from typing import Any

from segment_toolkit import Envelope, SegmentToolkit, approve_everything
from segment_toolkit.sandbox import Sandbox
from tests.secrets import canaries
from tests.secrets.canaries import CANARIES

Arguments = dict[str, Any]
#: Who gives the credentials of a call: the toolkit's options, and those of the call.
ENTRANCES: dict[str, tuple[Arguments, Arguments]] = {
    "the constructor": (
        {
            "public_api_token": canaries.CONSTRUCTOR_TOKEN,
            "write_key": canaries.CONSTRUCTOR_KEY,
            "write_keys": {"web": canaries.NAMED_KEY, "odd": canaries.ODD_KEY},
        },
        {},
    ),
    "the environment": (
        {
            "environ": {
                "SEGMENT_REGION": "us",
                "SEGMENT_PUBLIC_API_TOKEN": canaries.ENVIRONMENT_TOKEN,
                "SEGMENT_WRITE_KEY": canaries.ENVIRONMENT_KEY,
            }
        },
        {},
    ),
    "an account": ({}, {"user_id": "u1"}),
    "the call": (
        {},
        {"custom_auth_params": {"public_api_token": canaries.CALL_TOKEN, "write_key": canaries.CALL_KEY}},
    ),
}
_NAMES = {
    "the constructor": ("CONSTRUCTOR", "NAMED", "ODD"),
    "the environment": ("ENVIRONMENT",),
    "an account": ("ACCOUNT",),
    "the call": ("CALL",),
}


def made(entrance: str, box: Sandbox, **options: Any) -> tuple[SegmentToolkit, Arguments]:
    """A toolkit that got its secrets by that entrance, and the options of its calls."""
    given, of_call = ENTRANCES[entrance]
    settings = {"region": "us", "environ": {}, "transport": box.transport(), "approve": approve_everything}
    toolkit = SegmentToolkit(**{**settings, **given, **options})
    if entrance == "an account":
        val = {"public_api_token": canaries.ACCOUNT_TOKEN, "write_key": canaries.ACCOUNT_KEY}
        toolkit.connected_accounts.initiate("u1", "ac_x", config={"auth_scheme": "API_KEY", "val": val})
    return toolkit, of_call


def secrets_of(entrance: str) -> list[str]:
    """The planted secrets that came in there."""
    return [value for name, value in CANARIES.items() if name.startswith(_NAMES[entrance])]


def said_by(envelope: Envelope, toolkit: SegmentToolkit) -> str:
    """Everything of an envelope that leaves: to a model, a log, a file, a screen."""
    failure = envelope.failure
    message = toolkit.provider.provider.message(envelope)  # type: ignore[union-attr]
    texts = [json.dumps(envelope, ensure_ascii=False), json.dumps(envelope), repr(envelope), str(envelope)]
    texts += [repr(failure), repr(envelope.notes), json.dumps(message), repr(copy.deepcopy(envelope))]
    texts += [pickle.dumps(dict(envelope)).decode("latin-1")]
    texts += [str(problem) for problem in (failure.problems if failure else ())]
    return "\n".join(texts)


class Log(logging.Handler):
    """Everything that anybody logs, with the variables of every traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += [record.getMessage(), repr(record.args)]
        if record.exc_info and record.exc_info[1]:
            self.lines.append(reported(record.exc_info[1]))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def reported(error: BaseException) -> str:
    """An exception as a reporter of errors sends it on: the whole chain, every frame with its variables."""
    lines: list[str] = []
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        lines += traceback.TracebackException.from_exception(each, capture_locals=True).format()
        lines += [repr(each), repr(vars(each)), *getattr(each, "__notes__", ())]
        each = each.__cause__ or each.__context__
    return "".join(lines)


def echoes(text: str) -> list[Arguments]:
    """Answers that say a text where Segment, a proxy or a page may say something."""
    errors = [{"type": "x", "message": f"bad '{text}' given", "field": text}]
    return [
        {"status": 422, "body": json.dumps({"errors": errors})},
        {"status": 400, "body": json.dumps({"message": f"invalid {text}"})},
        {"status": 401, "body": f"Not allowed: {text}"},
        {"status": 403, "body": f"<html>{text}</html>", "headers": {"content-type": "text/html"}},
        {"status": 400, "body": json.dumps({"message": text})[:-1]},
        {"status": 422, "body": json.dumps({"errors": [{"message": {text: [text]}}]})},
        {"status": 400, "headers": {"location": f"https://evil.example/{text!a}", "x-said": ascii(text)}},
    ]


def answer(text: str) -> Arguments:
    """A good answer to any question of the Public API, with a text in places whose names tell nothing."""
    thing = {"id": "s1", "name": f"of {text}", "slug": text, text: 1, "workspaceId": "w", "enabled": True}
    thing |= {"labels": [{"key": text, "value": text}], "metadata": {"about": [text]}, "writeKeys": []}
    return {
        "source": thing,
        "destination": {**thing, "settings": {"url": f"https://x.example/?k={text}"}},
        "warehouses": [{**thing, "settings": {"note": text}}],
        "labels": thing["labels"],
        "settings": {"track": {"about": text}},
        "deliveryMetricsSummary": {"sourceId": "s1", "metrics": [{"metricName": text, "total": 1}]},
        "dailyPerSourceAPICallsUsage": [{"sourceId": text, "apiCalls": "1", "timestamp": "2026-01-01"}],
        "pagination": {"current": text, "totalEntries": 1},
        "status": "SUCCESS",
        "more": text,
    }
