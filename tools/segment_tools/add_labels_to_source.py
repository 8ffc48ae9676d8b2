"""SEGMENT_ADD_LABELS_TO_SOURCE: tag a source with labels that the workspace has.

Sends    POST /sources/{sourceId}/labels (Public API)
Returns  {"labels": [{"key": str, "value": str, "description": str?}]}
Fails    404 resource not found; 422 validation failure; 429
Source   Segment Public API reference, "Add Labels to Source"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from segment_toolkit.encoding import encode
from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, ReadBack, Request, Result, Tool, Verdict, marked

from ._impact import OF_SOURCE
from ._public import Label, LabelAnswer, holding, id_problems, path, source_now


class AddLabelsToSource(Arguments):
    source_id: str = Field(description="From the source's settings")
    labels: list[Label] = Field(description="Existing labels")


class Labelled(Result):
    labels: list[LabelAnswer] = Field(description="The labels of the source as Segment returned them.")


def rules(document: Mapping[str, Any]) -> Iterator[Problem]:
    yield from id_problems(document, "sourceId")
    labels = document.get("labels")
    if labels == []:
        yield Problem("labels", "is empty, so there is nothing to add; expected at least one {key, value}")
    for index, label in enumerate(labels if isinstance(labels, list) else ()):
        for name in ("key", "value"):
            value = label.get(name) if isinstance(label, Mapping) else None
            if isinstance(value, str) and not value.strip():
                yield Problem(f"labels[{index}].{name}", "is blank; expected for example environment or prod")


def run(args: AddLabelsToSource) -> Flow:
    body = encode({"labels": [label.wire() for label in args.labels]})
    # Repeatable: it adds and never replaces, and a source has one value for a key [docs: "Label resources"].
    response = yield Request("POST", path("sources", args.source_id, "labels"), body=body, repeatable=True)
    return marked(holding(response, "labels", list))


def verify(args: AddLabelsToSource) -> ReadBack:
    """Read the source back and look for the labels."""
    labels = [label for label in (yield from source_now(args.source_id)).get("labels") or () if isinstance(label, dict)]
    there = {(label.get("key"), label.get("value")) for label in labels}
    missing = sum((label.key, label.value) not in there for label in args.labels)
    if missing:
        return Verdict("contradicted", f"the source lacks {missing} of the {len(args.labels)} labels")
    return Verdict("verified", "the source has the labels", {"labels": labels})


TOOL = Tool(
    slug="SEGMENT_ADD_LABELS_TO_SOURCE",
    title="Add Labels to Source",
    toolset="sources",
    description=(
        "Add existing workspace labels to a source, keeping those it has. For other changes use SEGMENT_UPDATE_SOURCE."
    ),
    example={"sourceId": "nR7kq2Zt4WmX9bVc1sLd8P", "labels": [{"key": "region", "value": "emea"}]},
    effect=Effect.WRITE,
    api=Api.PUBLIC,
    arguments=AddLabelsToSource,
    result=Labelled,
    run=run,
    rules=rules,
    verify=verify,
    idempotent=True,
    undo="Take the labels off in Segment.",
    scope=OF_SOURCE._replace(labels="labels"),
)
