"""`certledger serve`: the pages, the JSON and the published log, and the publisher behind them."""

from __future__ import annotations

import socket
from functools import partial

import click

from api.app import create_app
from api.workers import serve_here, serve_in_children
from ledger.cli.shared import failures, ledger_option, opened


@click.command()
@ledger_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that serve.")
@click.option("--no-work", is_flag=True, help="Only serve: `certledger work` signs and publishes on this machine.")
@click.pass_context
def serve(context: click.Context, address: str, host: str, port: int, workers: int, no_work: bool) -> None:
    """Serve the verify pages and the published log, and publish what is recorded meanwhile.

    Put a web server with TLS in front of it for anybody but yourself. Requests are not logged: a link is a secret of
    the person who has it.
    """
    with opened(address) as ledger:
        url = ledger.settings.url
    make_app = partial(create_app, address, works=not no_work)
    with _listening(host, port) as listener:
        name = f"[{host}]" if ":" in host else host
        click.echo(f"Serving the ledger of {url} on http://{name}:{listener.getsockname()[1]} (Ctrl-C ends it)")
        if workers > 1:
            context.exit(serve_in_children(make_app, listener, workers))
        with failures():
            app = make_app()
        serve_here(app, listener)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections already, so that nobody is turned away while the ledger opens."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}, port {port}: {error.strerror or error}") from None
