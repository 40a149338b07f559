"""What an address of the console names."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request

from api.office.console import NotThere


def id_in(request: Request, name: str) -> UUID:
    """The id that stands in an address under this name. Raises NotThere for what is none."""
    try:
        return UUID(str(request.path_params[name]))
    except ValueError:
        raise NotThere from None
