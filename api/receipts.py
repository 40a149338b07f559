"""The verification receipt of a link, as a PDF for the files of who asked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answer import Answer, State, answer_link
from api.banners import BANNERS
from api.headers import PERSONAL
from api.links import page_of
from api.templates import Site
from api.words import REASONS, SINCE
from ledger.awards import Awards
from ledger.handle import Clock
from ledger.verification import pdf
from ledger.verification.making import Asked, make
from ledger.verification.page import Told, Vocabulary
from verifier.verification_receipt import LINK, STANDINGS, Presented

VOCABULARY: Final = Vocabulary(
    {
        state: Told(banner.word.zh, banner.word.en, banner.word.ko, banner.icon, banner.tone)
        for state, banner in BANNERS.items()
    },
    {state.value: (words.zh, words.en) for state, words in SINCE.items()},
    {code: (words.zh, words.en) for code, words in REASONS.items()},
)
