"""A question of a visitor that is not answered, with what to tell them."""

from __future__ import annotations

from api.languages import Words


class Refused(Exception):
    """A question that cannot be taken: HTTP status, stable code, and sentences for people."""

    def __init__(self, status: int, code: str, title: Words, detail: Words) -> None:
        super().__init__(code)
        self.status, self.code, self.title, self.detail = status, code, title, detail
