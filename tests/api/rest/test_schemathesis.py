"""schemathesis over the whole OpenAPI document of the admin API: no 5xx, no undocumented status, no other body.

Seeded and bounded. Each example is sent as it was drawn, and once more aimed at what is there, so that it comes as far
as the rules.
"""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.rest.conftest import API, Served
from tests.ledger.deciders.story import COHORT

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES: Final = 5
SEEN: Final = {
    GenerationMode.POSITIVE: {200, 201, 202, 401, 403, 404, 409, 422},
    GenerationMode.NEGATIVE: {400, 401, 403, 404, 422},
}
"""What must have been met, or the examples say nothing."""


def aimed(served: Served, case: Case) -> None:
    """Puts what is there in the place of what was drawn."""
    there: dict[str, Any] = {
        "trainee": str(served.life.trainee),
        "stream": str(served.life.enrolment),
        "cohort": COHORT,
        "programme": "BDI",
        "module": "M1",
        "assessment": "EXAM",
        "employer": "EMPLOYER",
        "authority": "BUREAU",
        "certified_by": "PARTNER",
        "taught_by": "BASE",
        "education": "bachelor",
        "id_type": "passport",
        "level": "engineer",
        "on": "2024-03-05",
    }
    if isinstance(case.body, dict):
        case.body.update({name: value for name, value in there.items() if name in case.body})
    if "trainee" in (case.path_parameters or {}):
        case.path_parameters["trainee"] = there["trainee"]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_breaks_and_every_answer_is_documented(served: Served, mode: GenerationMode) -> None:
    served.seconds.step = 10  # so that nobody is turned away for asking often
    served.life.is_trained()
    served.member("approver")
    member = served.member("administrator", "assessor", "auditor", "registrar", "approver")
    sides = [served.token(member), served.token(served.member("auditor"), "read"), {}]
    browser, keys = served.session(member), count()
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", served.client.app)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 45
    met = Counter[int]()

    def check(case: Case, response: schemathesis.Response) -> None:
        met[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def tried(case: Case) -> None:
            for headers in sides:
                check(case, case.call(headers=headers))
            aimed(served, case)
            case.headers["Idempotency-Key"] = f"new-{next(keys)}"
            case.headers.pop("If-Match", None)
            check(case, case.call(headers=browser))

        tried()
    assert set(met) >= SEEN[mode], met
