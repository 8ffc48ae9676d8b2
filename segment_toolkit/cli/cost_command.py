"""`tools cost`: what the tools cost a model to read, by form, profile and tool."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from ..definitions.cost import PROFILES, Cost, Tokenizer, costs, tokenizer
from ..definitions.forms import FORMS
from ..registry import Registry
from .exits import SUCCESSFUL
from .printing import columns, emit, remark, say


def command(options: Namespace) -> int:
    counter = tokenizer()
    found = costs(Registry().definitions(), counter.tokens, options.forms or FORMS)
    if options.json:
        emit(_document(found, counter), compact=True)
        return SUCCESSFUL
    say("\n".join(_tables(found, counter)))
    if counter.estimated:
        remark("no tokenizer is installed: pip install 'segment-agent-toolkit[tokens]' counts instead of estimating")
    return SUCCESSFUL


def _document(found: Sequence[Cost], counter: Tokenizer) -> dict[str, Any]:
    return {
        "tokenizer": counter.name,
        "estimated": counter.estimated,
        "forms": {cost.form: {"profiles": cost.profiles, "tools": cost.tools} for cost in found},
    }


def _tables(found: Sequence[Cost], counter: Tokenizer) -> Iterator[str]:
    mark = "~" if counter.estimated else ""
    yield f"tokens, {counter.name}"
    yield ""
    rows = [["form", *PROFILES], *([cost.form, *(f"{mark}{n}" for n in cost.profiles.values())] for cost in found)]
    yield from columns(rows)
    yield ""
    slugs = list(found[0].tools)
    yield from columns([
        ["tool", *(cost.form for cost in found)],
        *([slug, *(f"{mark}{cost.tools[slug]}" for cost in found)] for slug in slugs),
    ])  # fmt: skip
