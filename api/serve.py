"""`certledger serve`: the pages, the JSON and the published log, and the publisher behind them."""

from __future__ import annotations

import socket
from contextlib import suppress

import click
import uvicorn

from api.app import create_app
from ledger.cli.shared import failures, ledger_option, opened


@click.command()
@ledger_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
def serve(address: str, host: str, port: int) -> None:
    """Serve the verify pages and the published log, and publish what is recorded meanwhile.

    Put a web server with TLS in front of it for anybody but yourself. Requests are not logged: a link is a secret of
    the person who has it.
    """
    with opened(address) as ledger:
        url = ledger.settings.url
    with failures():
        app = create_app(address)
    with _listening(host, port) as listener:
        name = f"[{host}]" if ":" in host else host
        click.echo(f"Serving the ledger of {url} on http://{name}:{listener.getsockname()[1]} (Ctrl-C ends it)")
        config = uvicorn.Config(app, access_log=False, server_header=False, log_level="warning")
        with suppress(KeyboardInterrupt):  # uvicorn has ended cleanly by then and passes the signal on
            uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections already, so that nobody is turned away while the ledger opens."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}, port {port}: {error.strerror or error}") from None
