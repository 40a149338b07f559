"""The OpenAPI document of the admin API, made of its routes and its models."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response

from api.office.rest import intakes, listing, own, papers, proposing, staff, tables, telling, training
from api.office.rest.answers import Problem
from api.office.rest.changes import PUBLIC
from api.office.rest.schemas import form_model
from ledger.office.forms import NAMES

VERSION: Final = "1"
_SECURITY: Final = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token that staff make for a program."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-certledger",
        "description": "Of a browser that is signed in; what changes anything must come from a page of this site.",
    },
}


def add(made: APIRouter) -> None:
    """Adds the route of the document, which is of all routes that were added before."""

    @cache
    def document() -> bytes:
        return json.dumps(_document(made), ensure_ascii=False).encode()

    @made.get("/openapi.json", include_in_schema=False)
    def openapi(request: Request) -> Response:
        return Response(document(), media_type="application/json", headers={"Cache-Control": "no-cache"})


def _document(made: APIRouter) -> dict[str, Any]:
    read = get_openapi(
        title="certledger: the admin API",
        version=VERSION,
        description="Believe proofs, not answers: what is recorded stands in the log, which anybody can check.",
        routes=made.routes,
    )
    forms: list[type[BaseModel]] = [form_model(command) for command in NAMES.values()]
    for area in (intakes, listing, own, papers, proposing, staff, tables, telling, training):
        forms += area.FORMS
    _, schemas = models_json_schema(
        [*((form, "validation") for form in forms), (Problem, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    components = read.setdefault("components", {})
    components["schemas"] = {**schemas["$defs"], **components.get("schemas", {})}
    components["securitySchemes"] = _SECURITY
    for path, operations in read["paths"].items():
        for operation in operations.values():
            operation["security"] = [] if path in PUBLIC else [{"token": []}, {"session": []}]
            if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                del operation["responses"]["422"]  # the framework's own, of parameters that any text is good for
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    return read
