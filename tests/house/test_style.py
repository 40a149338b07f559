"""HOUSE.md's rules that a program can keep."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import ROOMS, committed, functions, modules, tree, where

LONGEST_FUNCTION = 60


def test_there_is_something_to_look_at() -> None:
    assert len(modules(*ROOMS)) > 50
    assert len(modules("tests")) > 20


def test_every_module_says_what_it_is_for() -> None:
    silent = [where(path) for path in modules(*ROOMS, "tests", "benchmarks") if not ast.get_docstring(tree(path))]
    assert silent == []


def test_every_public_name_says_what_it_means() -> None:
    silent = [where(path, node) for path in modules(*ROOMS) for node in _public(tree(path)) if not _speaks(node)]
    assert silent == []


def _public(parent: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in parent.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def _speaks(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return bool(ast.get_docstring(node)) or any(
        isinstance(mark, ast.Name | ast.Attribute) and "overload" in ast.unparse(mark) for mark in node.decorator_list
    )


def test_functions_fit_a_screen() -> None:
    long = [
        where(path, node)
        for path in modules(*ROOMS)
        for node in functions(path)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_files_are_named_for_their_purpose() -> None:
    vague = re.compile(r"(utils?|helpers?|common|base_.*|managers?|misc)", re.IGNORECASE)
    assert [where(path) for path in modules(*ROOMS, "tests") if vague.fullmatch(path.stem)] == []


def test_fakes_are_real_adapters() -> None:
    """No `mock.patch`: a test that replaces the insides of a module says nothing of the module (HOUSE.md, 10)."""
    patching = [where(path, node) for path in modules("tests") for node in ast.walk(tree(path)) if _patches(node)]
    assert patching == []


def _patches(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(alias.name.startswith("unittest.mock") for alias in names)
        case ast.ImportFrom(module=str(module), names=names):
            return module.startswith("unittest.mock") or (
                module == "unittest" and any(alias.name == "mock" for alias in names)
            )
    return False


REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("proxy", "golang", "org"),
        ("sum", "golang", "org"),
        ("index", "crates", "io"),
    )
]
MACHINE_PATH = re.compile(r"(?<![\w.:~-])/(?:work|home|root|Users|farm)/[A-Za-z]|[A-Z]:\\\\?Users\\", re.ASCII)


def test_no_committed_file_names_a_registry_or_a_path_of_a_machine() -> None:
    found = [f"{where(path)} {name}" for path in committed() for name in _ties(path)]
    assert found == []


def _ties(path: Path) -> Iterator[str]:
    text = path.read_bytes().decode("utf-8", errors="replace")
    yield from (host for host in REGISTRIES if host in text)
    if path != Path(__file__).resolve() and (machine := MACHINE_PATH.search(text)):
        yield machine[0]
