"""The papers of a cohort through the API: for who sees everybody in it."""

from __future__ import annotations

import io
import zipfile

from ledger import commands as c
from ledger.upkeep import Upkeep
from tests.api.rest.conftest import Served, problem
from tests.ledger.deciders.story import COHORT, REQUESTED_ON

PATH = f"/cohorts/{COHORT}/papers"


def certified(served: Served) -> None:
    served.life.is_trained()
    served.life.is_certified()
    Upkeep(served.office.ledger).run_once()


def test_both_files_and_what_is_in_neither(served: Served) -> None:
    certified(served)
    clerk = served.token(served.member("registrar"), "read")
    told = served.get(PATH, clerk).json()
    assert (told["count"], told["left_out"], told["next"]) == (1, [], None)
    archive = served.post(f"{PATH}.zip", clerk, None)
    assert (archive.status_code, archive.headers["content-type"]) == (200, "application/zip")
    assert archive.headers["content-disposition"].startswith("attachment;")
    assert archive.headers["cache-control"] == "no-store"
    names = zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    assert [name.rpartition(".")[2] for name in names] == ["pdf", "csv"]
    bound = served.post(f"{PATH}.pdf", clerk, None)
    assert (bound.headers["content-type"], bound.content[:5]) == ("application/pdf", b"%PDF-")
    served.life.does(c.RevokeCertificate(served.life.trainee, COHORT, "fraud", REQUESTED_ON))
    Upkeep(served.office.ledger).run_once()
    (left,) = served.get(PATH, clerk).json()["left_out"]
    assert left["reason"] == "revoked"


def test_only_for_who_sees_everybody_in_it(served: Served) -> None:
    certified(served)
    for organisation, status in (("PARTNER", 200), ("EMPLOYER", 404), ("BUREAU", 404)):
        headers = served.token(served.member("registrar", organisation=organisation))
        assert served.get(PATH, headers).status_code == status, organisation
        for ending in ("zip", "pdf"):
            assert served.post(f"{PATH}.{ending}", headers, None).status_code == status, organisation
    clerk = served.token(served.member("registrar"))
    problem(served.get("/cohorts/none/papers", clerk), 404, "unknown-cohort")
    problem(served.post(f"{PATH}.zip", served.token(served.member("administrator")), None), 403, "missing-role")
    problem(served.post(f"{PATH}.zip", {}, None), 401, "not-signed-in")
