"""What a request sees: that of the member of staff in whose name it comes, as on the console's pages."""

from __future__ import annotations

from starlette.requests import Request

from api.office.gate import Gate
from api.office.opened import OpenedOffice
from ledger.office.sight import Sight


class Sights:
    """Gives each request the sight of whoever it is of. Shared freely by threads."""

    def __init__(self, office: OpenedOffice, gate: Gate) -> None:
        self.office, self.gate = office, gate

    def of(self, request: Request, scope: str = "read") -> Sight:
        """What the request sees now. Raises what `Gate.acting` and `Sight` raise."""
        return Sight(self.office(), self.office.register(), self.gate.acting(request, scope).member)
