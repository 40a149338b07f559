"""A server that speaks S3, on this machine, for as long as a test needs it: moto's, with its state in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.request import Request, urlopen

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import WSGIRequestHandler, make_server

from ledger.destinations import Destination

BUCKET = "published"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def s3_server() -> Iterator[str]:
    """The server's address; it has one bucket, which is empty."""
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), True, 1, _Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].reset()
        urlopen(Request(f"{address}/{BUCKET}", method="PUT")).close()
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def destination(address: str, prefix: str, secret_key_file: str) -> Destination:
    """A prefix of the server's bucket."""
    return Destination(f"s3://{BUCKET}/{prefix}", address, "us-east-1", "key", secret_key_file)


def secret_in(folder: Path) -> str:
    """A file with the secret key, that only its owner reads."""
    file = folder / "secret"
    file.touch(0o600)
    file.write_text("secret\n")
    return str(file)


def make_public(address: str) -> None:
    """Anybody may read the bucket, as when it serves the published tree."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}).encode()
    headers = {"Content-Type": "application/json"}
    urlopen(Request(f"{address}/{BUCKET}?policy", policy, headers, method="PUT")).close()
