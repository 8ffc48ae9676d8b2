"""A recorded call's arguments for the sandbox: what is not there, or was never recorded, is replaced, and said so."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..secrecy.redaction import REDACTED
from .exits import CommandError

if TYPE_CHECKING:
    from ..sandbox import Sandbox

#: What `redaction.mask` leaves of a secret.
_MASK = re.compile(r"(\S{4})?…(\S{4})?\Z")


def replayable(then: Mapping[str, Any], box: Sandbox) -> tuple[dict[str, Any], list[str]]:
    """The arguments to run with, and a line for each change. Raises CommandError when they were not kept whole."""
    if "arguments_cut" in then:
        raise CommandError("its arguments were too large to be kept whole, so it cannot be run again")
    recorded = then.get("arguments")
    if not isinstance(recorded, Mapping):
        kept = then.get("argument_names") is not None or then.get("code") != "validation"
        why = "the log keeps no arguments" if kept else "its arguments were no JSON object"
        raise CommandError(f"{why}, so it cannot be run again")
    arguments = copy.deepcopy(dict(recorded))
    changes = [*_replaced_ids(arguments, then, box), *_replaced_key(arguments, box)]
    for path in _hidden(arguments, ""):
        changes.append(f"{path}: the log holds no secrets, so it is sent as it stands there")
    return arguments, changes


def _replaced_ids(arguments: dict[str, Any], then: Mapping[str, Any], box: Sandbox) -> Iterator[str]:
    """Ids of another workspace are found nowhere here, which would be another outcome than then."""
    if then.get("code") == "not_found":
        return
    known = {"sourceId": box.sources, "destinationId": box.destinations, "warehouseId": box.warehouses}
    for name, here in known.items():
        if isinstance(arguments.get(name), str) and arguments[name] not in here.values():
            slug, arguments[name] = next(iter(here.items()))
            yield f"{name}: the sandbox's own {slug} stands for it"


def _replaced_key(arguments: dict[str, Any], box: Sandbox) -> Iterator[str]:
    """A masked key stands for one of the sandbox: that of the source named beside it, else the default one."""
    key = arguments.get("writeKey")
    if not isinstance(key, str) or not _is_hidden(key):
        return
    slugs = {source: slug for slug, source in box.sources.items()}
    slug = slugs.get(str(arguments.get("sourceId")))
    arguments["writeKey"] = box.write_keys.get(slug, box.write_key) if slug else box.write_key
    yield f"writeKey: the key of the sandbox's {slug or 'default source'} stands for it"


def _hidden(value: Any, path: str) -> Iterator[str]:
    """The paths of the texts that are not what they were."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _hidden(member, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _hidden(item, f"{path}[{index}]")
    elif isinstance(value, str) and _is_hidden(value):
        yield path


def _is_hidden(text: str) -> bool:
    return REDACTED in text or _MASK.match(text) is not None
