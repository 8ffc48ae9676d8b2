"""The table of providers, its modules, and what type checkers are told: three lists that must say the same."""

from __future__ import annotations

import ast
from pathlib import Path

import segment_toolkit.providers as providers
from segment_toolkit.providers import ALIASES, PROVIDERS

FOLDER = Path(providers.__path__[0])
#: Modules of the package that are no provider.
SHARED = {"__init__", "base", "blocks", "runner", "shapes", "streaming"}


def typed_names() -> dict[str, tuple[str, str]]:
    """Name to the module and the class that the package's own TYPE_CHECKING block gives it."""
    tree = ast.parse((FOLDER / "__init__.py").read_text("utf-8"))
    [block] = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    found = {a.asname or "": (node.module or "", a.name) for node in imports for a in node.names}
    same = (ast.unparse(node).split(" = ") for node in block.body if isinstance(node, ast.Assign))
    return found | {alias: found[name] for alias, name in same}


def test_each_provider_has_a_module_and_each_module_a_line() -> None:
    modules = {file.stem for file in FOLDER.glob("*.py")}

    assert modules - SHARED == set(PROVIDERS)
    assert modules >= SHARED


def test_type_checkers_see_every_name_that_there_is_at_run_time() -> None:
    names = {name: (module, name) for module, name in PROVIDERS.items()}
    aliases = {alias: (module, PROVIDERS[module]) for alias, module in ALIASES.items()}

    assert typed_names() == names | aliases
    assert set(names | aliases) <= set(dir(providers))


def test_a_name_is_the_class_of_its_module() -> None:
    found = {name: getattr(providers, name) for name in typed_names()}

    assert {name: (cls.__module__.rpartition(".")[2], cls.__name__) for name, cls in found.items()} == typed_names()
