"""The `certverify` command: check what somebody holds, audit what a base has published."""

from __future__ import annotations

import io
import sys
from typing import Any

import click

from verifier.cli import (
    absence,
    auditing,
    checking,
    monitoring,
    objecting,
    replaying,
    signing,
    travelling,
    trusting,
    witnessing,
)
from verifier.verdict import NOT_CHECKED


class _Commands(click.Group):
    """Commands of which one that was broken off is no verdict: by itself click would end it with 1, «not good»."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, EOFError, click.Abort):
            click.echo("\nbroken off: this says nothing for it and nothing against it", err=True)
            ctx.exit(NOT_CHECKED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="certledger")
def certverify() -> None:
    """Checks certificates of a certledger base, and audits what it has published.

    Exit codes: 0 good, 1 not good, 2 misuse, 3 could not check.
    """


for _command in (
    checking.check,
    auditing.audit,
    objecting.objection,
    trusting.told_trust,
    signing.new_key,
    signing.sign,
    absence.absent,
    replaying.replay,
    replaying.new_auditor_key,
    witnessing.witness,
    monitoring.monitor,
    travelling.state,
    travelling.diff,
    travelling.bisect,
):
    certverify.add_command(_command)


def main() -> None:
    """Runs the command; whatever the locale, a character that it cannot show is no reason to stop."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    certverify(prog_name="certverify")


if __name__ == "__main__":
    main()
