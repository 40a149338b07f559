"""The `certledger` command. Rooms above this one add commands by the entry point group `certledger.commands`."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

import click

COMMANDS = {
    "init": "ledger.cli.records:init",
    "intake": "ledger.cli.records:intake",
    "export": "ledger.cli.records:export",
    "certificate": "ledger.cli.paper:certificate",
    "certificates": "ledger.cli.paper:certificates",
    "papers": "ledger.cli.papers:papers",
    "compare": "ledger.cli.paper:compare",
    "publish": "ledger.cli.upkeep:publish",
    "prune": "ledger.cli.upkeep:prune",
    "keys": "ledger.cli.keys:keys",
    "move-to": "ledger.cli.moving:move_to",
    "rotate-key": "ledger.cli.keys:rotate_key",
    "retire-key": "ledger.cli.keys:retire_key",
    "report-key": "ledger.cli.keys:report_key",
    "work": "ledger.cli.work:work",
    "rebuild": "ledger.cli.upkeep:rebuild",
    "fsck": "ledger.cli.upkeep:fsck",
    "notices": "ledger.cli.notices:notices",
    "notice-terms": "ledger.cli.notices:notice_terms",
    "objections": "ledger.cli.notices:objections",
    "resolve-objection": "ledger.cli.notices:resolve_objection",
    "staff": "ledger.cli.staff:staff",
    "add-staff": "ledger.cli.staff:add_staff",
    "invite-staff": "ledger.cli.staff:invite_staff",
    "close-staff": "ledger.cli.staff:close_staff",
    "evidence-files": "ledger.cli.evidence_files:evidence_files",
    "disclose": "ledger.cli.disclose:disclose",
    "witnesses": "ledger.cli.witnesses:witnesses",
    "set-witnesses": "ledger.cli.witnesses:set_witnesses",
    "looks": "ledger.cli.looks:looks",
    "copy": "ledger.cli.copy:copy",
    "state": "ledger.cli.travelling:state",
    "diff": "ledger.cli.travelling:diff",
    "bisect": "ledger.cli.travelling:bisect",
    "demo": "ledger.cli.demo:demo",
}
"""Where each command lies; imported only when it is asked for, so that `--help` is quick."""

GROUP = "certledger.commands"
COULD_NOT = 3
"""Exit code of a command that cannot do its work here."""


class _Commands(click.Group):
    """Loads a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(point.name for point in entry_points(group=GROUP))]

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. One that was broken off is not refused: by itself click would end it with 1."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, EOFError, click.Abort):
            click.echo("\ncertledger: broken off", err=True)
            ctx.exit(COULD_NOT)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        found = [point for point in entry_points(group=GROUP) if point.name == name]
        if name not in COMMANDS and not found:
            return None
        try:
            if name in COMMANDS:
                module, _, attribute = COMMANDS[name].partition(":")
                command = getattr(import_module(module), attribute)
            else:
                command = found[0].load()
        except ModuleNotFoundError as error:
            return _not_installed(name, error.name or "a package")
        assert isinstance(command, click.Command)
        return command


def _not_installed(name: str, missing: str) -> click.Command:
    """The command's place in an install of the verifier alone: it says what to install, exit 3."""
    sentence = f"needs the package {missing}: pip install 'certledger[server]'"

    def tell() -> None:
        click.echo(f"certledger: {name} {sentence}", err=True)
        sys.exit(COULD_NOT)

    anything = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command(name, callback=tell, help=f"Not installed: {sentence}", context_settings=anything)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="certledger")
def main() -> None:
    """Keep a certification ledger: signed events in a Merkle transparency log, and certificates anyone can check."""


if __name__ == "__main__":
    main()
