"""Validate what the sandbox's Public API answers against a description of the real one.

    python scripts/check_public_api_answers.py OPERATIONS.json

For maintainers: the description is not part of this repository. It is a JSON document with `operations`, each with
`method`, `path`, `operationId` and `responses` (status to JSON Schema), and the `$defs` that these refer to. The
answers are those of the tests in tests/sandbox, which call every operation in many ways. Exits with 1 when an answer
does not fit, when an operation of the sandbox is not in the description, and when one was never answered.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema
import pytest
from starlette.responses import Response

from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.public_api import app
from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.routes import OPERATIONS

_LATE = "ignore::pytest.PytestAssertRewriteWarning"  # this script has imported what pytest would rewrite
TESTS = ["tests/sandbox", "--ignore=tests/sandbox/demo", "-q", "-p", "no:cacheprovider", "-W", _LATE]
Key = tuple[str, str]


class Recorder:
    """Stands in for the function that answers, and keeps what it answered."""

    def __init__(self) -> None:
        self.answers: dict[Key, dict[str, Any]] = {}
        self._answer = app._answered

    def __call__(
        self, backend: Backend, operation: Operation, workspace_id: str, call: Call, accept: Sequence[str]
    ) -> Response:
        """Answer, and keep one answer of each kind."""
        response = self._answer(backend, operation, workspace_id, call, accept)
        body = bytes(response.body)
        self.answers.setdefault(key(operation.method, operation.path), {})[body.decode()] = response.status_code
        return response


def key(method: str, path: str) -> Key:
    """Method and path, whatever its parameters are called."""
    return method, re.sub(r"\{[^}]*\}", "{}", path)


def main() -> None:
    description = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    described = {key(item["method"], item["path"]): item for item in description["operations"]}
    recorder = Recorder()
    with mock.patch.object(app, "_answered", recorder):
        code = pytest.main(TESTS)

    problems = [] if code == 0 else [f"the tests ended with {code!r}"]
    for operation in OPERATIONS:
        name = key(operation.method, operation.path)
        if name not in described:
            problems.append(f"{name}: not in the description")
        elif name not in recorder.answers:
            problems.append(f"{name}: never answered")
        else:
            problems += misfits(described[name], description["$defs"], recorder.answers[name])
    total = sum(len(answers) for answers in recorder.answers.values())
    print(f"\n{total} different answers of {len(recorder.answers)} operations; {len(problems)} problems")
    print("\n".join(problems))
    raise SystemExit(1 if problems else 0)


def misfits(operation: dict[str, Any], definitions: dict[str, Any], answers: dict[str, int]) -> list[str]:
    """Say where answers do not fit the schema of their status; one line a place, not one an answer."""
    found = {}
    for text, status in answers.items():
        schema = operation["responses"].get(str(status))
        if schema is None:
            found[f"{operation['operationId']}: status {status} is not described"] = None
            continue
        validator = jsonschema.Draft202012Validator({**schema, "$defs": definitions})
        for error in validator.iter_errors(json.loads(text)):
            place = re.sub(r"\[\d+\]", "[]", error.json_path)
            found[f"{operation['operationId']} {place}: {error.message[:160]}"] = None
    return list(found)


if __name__ == "__main__":
    main()
