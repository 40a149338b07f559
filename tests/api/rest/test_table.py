"""Each role against each operation of the API but the commands, which `test_rights` has: just those who may, pass."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import Any

import httpx2
import pytest

from api.office.rest.changes import PUBLIC
from ledger import commands as c
from ledger.office.forms import NAMES
from tests.api.rest.conftest import API, Served
from tests.api.rest.test_rights import STAFF
from tests.ledger.deciders.story import COHORT, POSTED_ON, VOTED_ON

EVERYBODY = frozenset(STAFF)
PEOPLE = EVERYBODY - {"administrator"}
ADMINISTRATORS = frozenset({"administrator"})
PASSING: dict[str, frozenset[str]] = {
    **dict.fromkeys(("me", "list_organisations", "get_organisation", "list_programmes", "list_policies"), EVERYBODY),
    **dict.fromkeys(("list_calendars", "list_notice_terms", "list_cohorts", "get_cohort", "list_commands"), EVERYBODY),
    **dict.fromkeys(("list_tokens", "make_token", "revoke_token", "list_sessions", "end_session"), EVERYBODY),
    **dict.fromkeys(("list_staff", "get_member_of_staff", "add_member_of_staff"), ADMINISTRATORS),
    **dict.fromkeys(("invite_member_of_staff", "close_account"), ADMINISTRATORS),
    **dict.fromkeys(("find_trainee", "get_trainee", "explain_eligibility", "list_waiting"), PEOPLE),
    **dict.fromkeys(("list_trainees", "search_trainees", "list_cohort_numbers", "list_enrolments"), PEOPLE),
    **dict.fromkeys(("list_certificates", "list_titles", "list_applications", "find_award"), PEOPLE),
    **dict.fromkeys(("list_members", "preview_certification", "get_application"), PEOPLE),
    **dict.fromkeys(("get_certificate", "get_title"), PEOPLE),
    **dict.fromkeys(("picture_funnel", "picture_supply", "picture_totals", "picture_durations"), PEOPLE),
    **dict.fromkeys(("list_proposals", "get_proposal", "carry_out_proposal", "list_prepared"), PEOPLE),
    **dict.fromkeys(("propose_together", "propose_certification"), frozenset({"registrar"})),
    **dict.fromkeys(("approve_proposal", "decline_proposal"), frozenset({"approver"})),
    "withdraw_proposal": frozenset({"registrar"}),
    **dict.fromkeys(("list_evidence", "get_evidence"), PEOPLE),
    **dict.fromkeys(("attach_file", "record_attendance_table"), frozenset({"registrar"})),
    **dict.fromkeys(("list_papers", "make_papers_zip", "make_papers_pdf"), PEOPLE),
    "record_results_table": frozenset({"assessor"}),
    **dict.fromkeys(("get_notices", "set_notices"), EVERYBODY),
    **dict.fromkeys(("list_webhooks", "add_webhook", "get_webhook", "switch_webhook"), ADMINISTRATORS),
    **dict.fromkeys(("remove_webhook", "test_webhook", "list_deliveries", "retry_delivery"), ADMINISTRATORS),
    **dict.fromkeys(("list_messages", "retry_message", "drop_message"), ADMINISTRATORS),
    **dict.fromkeys(("list_intakes", "get_intake", "list_rejected", "get_rejects"), PEOPLE),
    **dict.fromkeys(("upload_intake", "match_intake", "withdraw_intake"), frozenset({"registrar"})),
}
ELSEWHERE = {
    *("get_prepared", "fetch_prepared", "withdraw_prepared", "challenge_proposal"),
    *("check_intake", "propose_intake", "approve_intake", "decline_intake", "challenge_intake"),
}
"""Of what waits for an organisation's own key, for an approver's passkey, or for the work on an intake: `test_entries`,
`test_signed_approval`, `test_intakes`.
"""
UNSEEN = {"unknown-trainee", "unknown-proposal", "unknown-intake", "no-award"}
FILES = {
    "upload_intake": [("files", ("odd.csv", b"a,b\n1,2\n"))],
    "attach_file": [("file", ("paper.pdf", b"a paper"))],
}
SUSPEND = {"reason": "fraud", "on": "2024-08-01"}


def lived(served: Served) -> None:
    """One trainee from registration to title."""
    life = served.life
    life.is_trained()
    life.is_certified()
    life.applies()
    life.does(
        c.RecordPanel(life.trainee, life.application, 9, 6, 6, VOTED_ON),
        c.PostNotice(life.trainee, life.application, POSTED_ON),
        lambda desk: c.DecideApplication(
            life.trainee, life.application, desk.draw("AENG", 2024), POSTED_ON.replace(day=20)
        ),
    )


def bodies(served: Served) -> dict[str, Any]:
    """A good body for every operation that reads one."""
    about = {"trainee": str(served.life.trainee), "certificate": str(served.life.certificate)}
    member = {"login": "new", "name": "新来", "organisation": "BASE", "roles": ["auditor"]}
    number = served.office.ledger.desk().dossier(served.life.trainee).certificates[served.life.certificate]  # type: ignore[index]
    return {
        "make_token": {"name": "job", "scopes": ["read"], "days": 3},
        "add_member_of_staff": member,
        "search_trainees": {"search": "T-none"},
        "find_award": {"number": number.event.number},
        "propose_together": {"command": "suspend-certificate", "forms": [about | SUSPEND]},
        "propose_certification": {"on": "2024-06-10", "trainees": [about["trainee"]]},
        "approve_proposal": {"version": 1},
        "decline_proposal": {"version": 1, "reason": "no"},
        "withdraw_proposal": {"version": 1},
        "carry_out_proposal": {"version": 1},
        "match_intake": {"version": 1, "files": [{"file": 0, "kind": "-"}]},
        "withdraw_intake": {"version": 1},
        "record_attendance_table": {
            "module": "M1",
            "on": "2024-03-05",
            "cells": [{"trainee": about["trainee"], "hours": "1"}],
        },
        "record_results_table": {
            "assessment": "LAB",
            "attempt": 2,
            "assessor": "EX-1",
            "on": "2024-05-31",
            "cells": [{"trainee": about["trainee"], "score": "80"}],
        },
        "set_notices": {"email": "", "told": []},
        "add_webhook": {"url": "https://hooks.example.org/", "kinds": ["notice-posted"]},
        "switch_webhook": {"enabled": True},
    }


def places(served: Served, operation: str, headers: dict[str, str], role: str) -> dict[str, str]:
    """What stands in the address of an operation, in a proposal's place a new one."""
    there = {
        "code": "BASE" if operation == "get_organisation" else COHORT,
        "trainee": str(served.life.trainee),
        "certificate": str(served.life.certificate),
        "title": str(served.life.title),
        "application": str(served.life.application),
        "account": str(served.member("auditor", organisation="BUREAU").account),
        "session": "00",
    }
    if operation == "revoke_token":
        there["token"] = served.post("/me/tokens", headers, bodies(served)["make_token"]).json()["token"]["id"]
    if operation.endswith("_proposal"):
        proposer = role if operation == "withdraw_proposal" and role == "registrar" else "other"
        by = served.member("registrar") if proposer == "registrar" else served.member("registrar", "auditor")
        asked = served.give("erase-trainee", served.token(by), {"trainee": str(served.life.trainee)})
        there["proposal"] = asked.json()["proposal"]["id"]
    if operation.endswith(("_webhook", "_deliveries", "_delivery", "_message")):
        webhooks, owner = served.office.webhooks, served.member("administrator")
        hook, _ = webhooks.add("https://hooks.example.org/", ["notice-posted"], "BASE", owner.account)
        there |= {"webhook": str(hook.id), "message": webhooks.test(hook.id.bytes).hex()}
    if operation == "get_evidence":
        served.office.evidence.keep(served.life.trainee, BytesIO(b"kept"), "kept.pdf")
        form = {"trainee": there["trainee"], "stream": there["trainee"], "description": "kept", "on": "2024-03-04"}
        clerk = served.token(served.member("registrar"))
        served.give("attach-evidence", clerk, form | {"digest": sha256(b"kept").hexdigest()}, "kept")
        there["file"] = str(next(iter(served.office.evidence.of(served.life.trainee).values())).id)
    if "intake" in operation or operation in ("list_rejected", "get_rejects"):
        by = served.member("registrar") if role == "registrar" else served.member("registrar", "auditor")
        made = served.client.post(
            f"{API}/intakes",
            headers={**served.token(by), "Idempotency-Key": f"{role}-of-{operation}"},
            files=FILES["upload_intake"],
        )
        there["intake"] = made.json()["intake"]["id"]
    return there


def asked(served: Served, role: str, operation: str, method: str, path: str, sent: dict[str, Any]) -> httpx2.Response:
    headers = served.session(served.member(role))
    where = path.format_map(places(served, operation, headers, role))
    query = {
        "find_trainee": {"trainee_no": "T-1"},
        "explain_eligibility": {"level": "engineer"},
        "list_enrolments": {"cohort": COHORT},
    }.get(operation, {})
    if operation == "find_trainee":
        query = {"trainee_no": served.office.ledger.desk().dossier(served.life.trainee).trainee.trainee_no}  # type: ignore[union-attr]
    key = {"Idempotency-Key": f"{role}-{operation}"}
    body = {"json": sent[operation]} if operation in sent else {}
    if operation in FILES:
        person = str(served.life.trainee)
        fields = {"stream": person, "description": "paper", "on": "2024-03-04"} if operation == "attach_file" else {}
        body = {"files": FILES[operation], "data": fields}
    return served.client.request(method.upper(), where, headers={**headers, **key}, params=query, **body)


def test_the_table_names_every_operation(served: Served) -> None:
    paths = served.client.get(f"{API}/openapi.json").json()["paths"]
    named = {item["operationId"] for path, items in paths.items() if path not in PUBLIC for item in items.values()}
    assert named == set(PASSING) | ELSEWHERE | {name.replace("-", "_") for name in NAMES}


@pytest.mark.parametrize("role", STAFF)
def test_each_role_does_what_it_may_and_nothing_else(served: Served, role: str) -> None:
    lived(served)
    served.member("approver")
    sent = bodies(served)
    paths = served.client.get(f"{API}/openapi.json").json()["paths"]
    operations = [
        (item["operationId"], method, path)
        for path, items in paths.items()
        for method, item in items.items()
        if item["operationId"] in PASSING
    ]
    # Last, for it erases the person.
    for operation, method, path in sorted(operations, key=lambda item: item[0] == "approve_proposal"):
        answer = asked(served, role, operation, method, path, sent)
        if role not in PASSING[operation]:
            assert answer.status_code in (403, 404), (operation, answer.text)
            assert answer.json()["code"] in UNSEEN | {"missing-role"}
        elif operation == "propose_certification":
            assert answer.json()["code"] == "not-enrolled", "it came as far as the cohort, and has its certificate"
        elif operation == "carry_out_proposal":
            assert (answer.status_code, answer.json()["state"]) == (200, "open"), "nothing to go on with"
        else:
            assert answer.status_code in (200, 201, 202, 204), (operation, answer.text)
