"""One worker of a web host, as a process: a toolkit on a served sandbox, approvals in a file. JSON lines in and out.

python approval_worker.py APPROVALS_FILE SANDBOX_URL TOKEN
"""

from __future__ import annotations

import json
import sys
from typing import Any

from segment_toolkit import Approvals, SegmentToolkit

path, url, public_api_token = sys.argv[1:]
toolkit = SegmentToolkit(
    region="us", public_api_token=public_api_token, public_api_url=url, approvals=Approvals(path=path), environ={}
)


def call(slug: str, arguments: Any, token: str | None = None) -> Any:
    envelope = toolkit.tools.execute(slug, arguments, user_id="u1", approval=token)
    return {
        "successful": envelope.successful,
        "error": envelope.error,
        "token": getattr(envelope.approval, "token", None),
    }


def pending() -> Any:
    return [
        {"token": found.token, "arguments": found.arguments, **found.preview} for found in toolkit.approvals.pending()
    ]


def grant(token: str) -> Any:
    return toolkit.approvals.grant(token).tool


def deny(token: str) -> None:
    toolkit.approvals.deny(token)


for line in sys.stdin:
    name, given = json.loads(line)
    print(json.dumps(globals()[name](*given)), flush=True)
