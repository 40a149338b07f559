"""The views that the ledger keeps of its log, each a pure fold: what `rebuild` makes anew and the projector follows."""

from __future__ import annotations

from typing import Final

from ledger.projections.awards import AWARDS
from ledger.projections.mix import MIX
from ledger.projections.notices import NOTICES
from ledger.projector import Projection

PROJECTIONS: Final[tuple[Projection, ...]] = (AWARDS, NOTICES, MIX)
"""Every view."""
