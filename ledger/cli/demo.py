"""`demo`: the whole way once, from an office's files to a certificate that a stranger can check."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import entry_points
from importlib.resources import as_file, files
from itertools import product
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Final
from uuid import UUID

import click

from ledger import commands as c
from ledger.awards import Awards, IssuedAward, open_awards
from ledger.cli.shared import COULD_NOT, NOT_GOOD, actors_of, fail, failures, progress
from ledger.exports import CERTIFICATE_COLUMNS, TITLE_COLUMNS, outcomes, to_csv
from ledger.founding import Founding, found
from ledger.intake.engine import take_in
from ledger.intake.files import open_pack
from ledger.issue import issue, issue_cohort, write_whole
from ledger.notices import Notices
from ledger.objections import set_terms
from ledger.open import Ledger
from ledger.settings import SettingsError
from ledger.upkeep import Upkeep
from verifier import trust
from verifier.address import link_address, proof_address
from verifier.audit import audit
from verifier.check import Checker
from verifier.current import business_day
from verifier.fetch import FolderLog, PublishedLog, UrlLog
from verifier.kinds import ApplicationFoundEligible, CertificateAwarded, TitleGranted
from verifier.rules import AWARD_LEVELS
from verifier.standing import Standing
from verifier.verdict import Verdict

MARK = "this-folder-is-a-certledger-demo"
"""A file that says that the folder may be thrown away."""
MASTER_KEY = "DEMO-master-key"
PORTS = range(8000, 8100)


_TERMS: Final = (
    "CQHRSS",
    ("masked-name", "speciality", "recommended-by"),
    "示例：此处写明公示所依据的规定",
    "An example: here stands the rule by which notices are shown",
    "notices@example.org",
    180,
)


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("certledger-demo"),
    show_default=True,
    help="Where the demo's ledger is made. An earlier demo there is thrown away; anything else is left alone.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="The port of the pages (default: the first free from 8000)."
)
@click.option("--no-serve", is_flag=True, help="End after the audit, without serving.")
@click.pass_context
def demo(context: click.Context, folder: Path, port: int | None, no_serve: bool) -> None:
    """Make a small ledger from the sample pack, print, publish, check and audit it, and serve it."""
    began = perf_counter()
    with failures():
        port = port or _free_port()
        url = f"http://127.0.0.1:{port}"
        _clear(folder)
        with found(folder / "ledger", Founding(url=url, master_key_in=MASTER_KEY)) as ledger:
            _warn(folder / "ledger" / MASTER_KEY)
            _take_in(ledger, folder)
            notice = _post_notice(ledger)
            published = _publish(ledger, folder / "published")
            with open_awards(ledger) as awards:
                chosen = _print(awards, folder)
                paper, addresses = folder / "certificates" / f"{chosen.event.number}.pdf", _addresses(awards, chosen)
            _check(paper, published, port)
            _audit(published)
        click.echo(f"\nDone in {perf_counter() - began:.1f} s. Everything is in {folder}.")
        if no_serve:
            return
        click.echo("\nThe pages, until you stop them with Ctrl-C:")
        click.echo(f"  link code    {addresses[0]}")
        click.echo(f"  proof code   {addresses[1][:60]}…   (whole in {folder / 'proof-address.txt'})")
        (folder / "proof-address.txt").write_text(addresses[1] + "\n", encoding="ascii")
        click.echo(f"  notices      {url}/notices   (one stands: {url}/n/{notice})")
        click.echo(f"  the log      {url}/log/checkpoint\n  trust file   {url}/log/trust.txt\n")
        _serve(context, folder / "ledger", port)


def _clear(folder: Path) -> None:
    """Makes room: only an earlier demo is thrown away, with the mark that it made first."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise SettingsError(f"{folder} is no demo's folder: name another one with --folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def _warn(key: Path) -> None:
    click.secho("THIS IS A DEMO: its master key lies beside the data that it protects, in", fg="yellow", bold=True)
    click.secho(f"  {key}", fg="yellow", bold=True)
    click.secho(
        "A real ledger's key lies elsewhere, and proposer and approver are two people.\n", fg="yellow", bold=True
    )


def _take_in(ledger: Ledger, folder: Path) -> None:
    actors, defaulted = actors_of(ledger, None, None)
    with as_file(files("ledger") / "sample" / "base-pack") as pack, progress("taking in") as advance:
        done = take_in(ledger.desk(), open_pack(pack), actors, actors_defaulted=defaulted, progress=advance)
    folded = outcomes(ledger.store, ledger.vault)
    results = folder / "results"
    results.mkdir()
    (results / "certificates.csv").write_text(to_csv(CERTIFICATE_COLUMNS, folded.certificates), encoding="utf-8")
    (results / "titles.csv").write_text(to_csv(TITLE_COLUMNS, folded.titles), encoding="utf-8")
    awarded = sum(cells["outcome"] == "awarded" for _, cells in folded.certificates)
    granted = sum(cells["outcome"] == "granted" for _, cells in folded.titles)
    click.echo(f"intake       {done.events} signed events from the sample pack, {len(done.rejected)} rows turned away")
    click.echo(f"decided      {awarded} certificates awarded, {granted} titles granted   ({results}/*.csv)")


def _post_notice(ledger: Ledger) -> str:
    """An application that is under public notice today, of the first of the sample who may apply; its page's id.

    What the notice shows and on what basis is invented here, as everything in the sample is.
    """
    actors, _ = actors_of(ledger, None, None)
    today = business_day(datetime.now(UTC))
    set_terms(ledger, c.SetNoticeTerms(ledger.desk().new_id(), *_TERMS), actors)
    with open_awards(ledger) as awards:
        people = [item.event.trainee for item in awards.all() if item.award.on(today) is Standing.VALID]
        for trainee, level in product(people, AWARD_LEVELS):
            desk = ledger.desk()
            assert isinstance(trainee, UUID)
            application = desk.new_id()
            asked = c.ApplyForTitle(trainee, application, "DEMO-1", level, "大数据工程", "ENT-01", today)
            if not any(isinstance(event, ApplicationFoundEligible) for event in desk.decide(asked, actors)):
                continue
            desk.decide(c.RecordPanel(trainee, application, 7, 7, 6, today), actors)
            desk.decide(c.PostNotice(trainee, application, today), actors)
            desk.flush(actors)
            click.echo("notice       one application is under public notice, and takes objections")
            return Notices(awards).id_of(application)
    raise SettingsError("nobody in the sample pack may apply for a title today")


def _publish(ledger: Ledger, folder: Path) -> Path:
    head = Upkeep(ledger).run_once(folder)
    click.echo(f"published    {head.size} entries under root {head.root.hex()[:16]}…   ({folder})")
    return folder


def _print(awards: Awards, folder: Path) -> IssuedAward:
    """Prints a cohort whose certificates still stand, and one title; gives the certificate that is checked next."""
    today = datetime.now(UTC).date()
    good = [item for item in awards.all() if item.award.on(today) is Standing.VALID]
    chosen, cohort = next((item, item.event.cohort) for item in good if isinstance(item.event, CertificateAwarded))
    with progress("printing") as advance:
        done = issue_cohort(awards, str(cohort), folder / "certificates", advance)
    title = next(item for item in good if isinstance(item.event, TitleGranted))
    write_whole(folder / "certificates" / f"{title.event.number}.pdf", issue(awards, title))
    click.echo(f"printed      {len(done.files)} certificates of {cohort} and a title   ({folder}/certificates)")
    return chosen


def _addresses(awards: Awards, chosen: IssuedAward) -> tuple[str, str]:
    url = awards.ledger.settings.url
    return link_address(url, str(chosen.event.link)), proof_address(url, awards.proof(chosen))


def _check(paper: Path, published: Path, port: int) -> None:
    trusted = trust.parse((published / "trust.txt").read_text(encoding="utf-8"))
    with _web_server(published, port) as log:
        online = Checker(trusted, datetime.now(UTC), log=log).check_bytes(paper.name, paper.read_bytes())
    offline = Checker(trusted, datetime.now(UTC), offline=True).check_bytes(paper.name, paper.read_bytes())
    for how, verdict in (("online", online), ("offline", offline)):
        click.echo(f"checked      {how}: {verdict.state.value} — {verdict.sentence}")
        _expect_good(verdict)


def _expect_good(verdict: Verdict) -> None:
    if verdict.exit_code:
        fail(NOT_GOOD, f"the demo's own certificate does not check: {verdict.sentence}")


def _audit(published: Path) -> None:
    trusted = trust.parse((published / "trust.txt").read_text(encoding="utf-8"))
    with progress("auditing") as advance:
        found_out = audit(FolderLog(published), trusted, progress=advance)
    if found_out.exit_code:
        fail(NOT_GOOD, f"the audit of the demo's own log fails: {found_out.ordered_problems()[0].message}")
    click.echo(f"audited      {found_out.size} entries: every signature, tile, list and decision order is right")


@contextmanager
def _web_server(folder: Path, port: int) -> Iterator[PublishedLog]:
    """The published tree on a plain web server on this machine, as any host could serve it."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield UrlLog(f"http://127.0.0.1:{server.server_address[1]}")
        finally:
            server.shutdown()
            thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def _free_port() -> int:
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SettingsError(f"no port from {PORTS.start} to {PORTS.stop - 1} is free: name one with --port")


def _serve(context: click.Context, folder: Path, port: int) -> None:
    """Hands over to the `serve` command, which the rooms above this one add."""
    points = entry_points(group="certledger.commands", name="serve")
    if not points:
        fail(COULD_NOT, "the pages are not installed: pip install 'certledger[server]'")
    (point,) = points
    context.invoke(point.load(), address=str(folder), host="127.0.0.1", port=port)
