"""docs/commands.md names every command and option of both programs, and none that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ledger.__main__ import main as certledger
from verifier.__main__ import certverify

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text("utf-8")
EVERYWHERE = {"-h", "--help", "--version"}
"""Said once, at the top of the document."""


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command of both programs by its whole name."""
    for name, program in (("certledger", certledger), ("certverify", certverify)):
        assert isinstance(program, click.Group)
        context = click.Context(program, info_name=name)
        for word in program.list_commands(context):
            command = program.get_command(context, word)
            assert command is not None
            yield f"{name} {word}", command


COMMANDS = dict(commands())


def section(name: str) -> str:
    """What the document says of a command."""
    found = re.search(rf"^### {re.escape(name)}\n(.*?)(?=^##|\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found, f"docs/commands.md has no section ### {name}"
    return found[1]


def options(command: click.Command) -> set[str]:
    """Every spelling of the options that a command shows in its help."""
    shown = [item for item in command.params if isinstance(item, click.Option) and not item.hidden]
    return {spelling for item in shown for spelling in (*item.opts, *item.secondary_opts)} - EVERYWHERE


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented_and_no_other(name: str) -> None:
    documented = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", "".join(re.findall(r"`[^`]*`", section(name)))))
    assert documented - EVERYWHERE == options(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_text(name: str) -> None:
    assert COMMANDS[name].get_short_help_str()


def test_no_command_is_documented_that_is_not_there() -> None:
    assert sorted(re.findall(r"^### (.+)$", TEXT, re.MULTILINE)) == sorted(COMMANDS)
