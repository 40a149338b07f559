"""A pack through the office: uploaded, previewed, approved and taken in, against the same pack by the command line."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from benchmarks.measuring import Figure, in_turns, rate
from benchmarks.pack import write_pack
from benchmarks.world import World
from ledger.bulk.uploads import Uploaded
from ledger.founding import APPROVER, OPERATOR
from ledger.intake.engine import take_in
from ledger.intake.files import open_pack
from ledger.intake.rows import read_rows
from ledger.office.intake_files import unpacked
from ledger.office.intake_work import work_once
from ledger.office.intakes import DONE, Intake
from ledger.office.opening import Office, open_office
from ledger.office.staff import Member
from ledger.permissions import Actors

ROWS_A_TRAINEE = 32
"""At least so many rows has a trainee of `write_pack`, on average."""
_ROLES = ("registrar", "assessor", "administrator")


def measure(world: World) -> Iterator[Figure]:
    """Rows a second of a pack of as many rows as `Sizes.rows` says, as a ZIP, into a new ledger.

    Uploading is one request of the browser: unpacking, recognising, sealing and keeping the files. The preview decides
    every row and records nothing. The floor is `take_in` of the same files from their folder, as the command line has
    it: it decides every row once, and signs and records.
    """
    folder = write_pack(world.new_folder("rows"), -(-world.sizes.rows // ROWS_A_TRAINEE))
    rows, data = len(read_rows(open_pack(folder))), _zipped(folder)
    parts: dict[str, list[float]] = {"upload": [], "preview": [], "taking in": []}
    found = in_turns(
        min(5, world.sizes.rounds),
        {
            "office": lambda: _through_the_office(world, data, rows, parts),
            "command line": lambda: _by_the_command_line(world, folder, rows),
        },
    )
    floor = found["command line"]
    of = f"{rows:,} rows"
    yield Figure(f"office intake of {of}, whole", "/s", found["office"], "command line", floor)
    for name, values in parts.items():
        yield Figure(f"office intake of {of}: {name}", "/s", tuple(values), "command line", floor)


def _through_the_office(world: World, data: bytes, rows: int, parts: dict[str, list[float]]) -> float:
    """Rows a second from the upload to the result."""
    with world.new_ledger() as ledger, open_office(ledger) as office:
        accounts = ledger.settings.accounts
        by = Actors(accounts[OPERATOR], accounts[APPROVER])
        clerk, _ = office.staff.add("clerk", "Clerk", "", "BASE", _ROLES, by)
        head, _ = office.staff.add("head", "Head", "", "BASE", ("approver",), by)
        made: list[Intake] = []
        seconds = [
            1 / rate(1, work)
            for work in (
                lambda: made.append(_uploaded(office, clerk, data)),
                lambda: made.append(_previewed(office, clerk, made[-1])),
                lambda: made.append(_taken_in(office, clerk, head, made[-1])),
            )
        ]
        if made[-1].state != DONE:
            raise RuntimeError(f"the intake is {made[-1].state}: {made[-1].reason}")
    for part, took in zip(parts.values(), seconds, strict=True):
        part.append(rows / took)
    return rows / sum(seconds)


def _uploaded(office: Office, clerk: Member, data: bytes) -> Intake:
    files, left_out = unpacked([Uploaded("pack.zip", BytesIO(data), len(data))])
    return office.intakes.upload(clerk, files, left_out)


def _previewed(office: Office, clerk: Member, intake: Intake) -> Intake:
    office.intakes.ask_check(intake.id, clerk, intake.version)
    work_once(office)
    return office.intakes.get(intake.id)


def _taken_in(office: Office, clerk: Member, head: Member, intake: Intake) -> Intake:
    proposed = office.intakes.propose(intake.id, clerk, intake.version, "")
    office.intakes.approve(intake.id, head, proposed.version)
    work_once(office)
    return office.intakes.get(intake.id)


def _by_the_command_line(world: World, folder: Path, rows: int) -> float:
    """Rows a second of `certledger intake`, the opening of the ledger left out."""
    with world.new_ledger() as ledger:
        accounts = ledger.settings.accounts
        actors = Actors(accounts[OPERATOR], accounts[APPROVER])
        return rows * rate(1, lambda: take_in(ledger.desk(), open_pack(folder), actors))


def _zipped(folder: Path) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return made.getvalue()
