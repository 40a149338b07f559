"""The trust file: what is folded is read back, and nothing that stands in a log can break the file apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.loglab import (
    AUTHORITY,
    BASE,
    CHECKPOINTS,
    CLERK,
    PARTNER,
    ROOT,
    THIEF,
    Lab,
    Signer,
    accredited,
    authorised,
    compromised,
    programme,
    uri,
    uuid,
)
from verifier import kinds, trust
from verifier.errors import Malformed, UnknownKey
from verifier.note import VerifierKey

TEXT = Lab.founded().trust_text()


def without(word: str) -> str:
    return "".join(line for line in TEXT.splitlines(keepends=True) if not line.startswith(word))


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new)


def test_what_is_folded_is_read_back() -> None:
    lab = Lab.founded()
    read, authority = lab.trust(), lab.authority()
    assert (read.organisations, read.keys) == (authority.organisations, authority.keys)
    assert (read.origin, read.url, read.base, read.genesis) == (
        authority.origin,
        authority.url,
        "CQUPT",
        authority.genesis,
    )
    assert read.as_of == lab.size
    assert list(read.programmes) == ["BDI"]
    assert read.programmes["BDI"].name_zh == "大数据智能化国际企业认证"
    assert lab.trust_text() == TEXT


def test_the_fingerprint_is_of_entry_0_and_stays_when_the_log_grows() -> None:
    lab = Lab.founded()
    first = trust.fingerprint(lab.trust())
    assert (first.replace(" ", ""), len(first.split())) == (lab.authority().genesis.hex(), 16)
    lab.record(compromised(AUTHORITY, "CQHRSS", 7), ROOT, CLERK)
    assert trust.fingerprint(lab.trust()) == first


def test_lifetimes_of_keys_are_read_back() -> None:
    lab = Lab.founded()
    retired = lab.record(kinds.KeyRetired(organisation_id=uuid("organisation HUAWEI"), kid=PARTNER.kid), ROOT, CLERK)
    lab.record(compromised(AUTHORITY, "CQHRSS", 7), ROOT, CLERK)
    read = lab.trust()
    assert (read.key(PARTNER.kid).until, read.key(PARTNER.kid).compromised_from) == (retired + 1, None)
    assert (read.key(AUTHORITY.kid).until, read.key(AUTHORITY.kid).compromised_from) == (None, 7)
    with pytest.raises(UnknownKey, match="not in the trust file"):
        read.key(THIEF.kid)


def test_the_log_line_names_the_newest_checkpoint_key() -> None:
    lab = Lab.founded()
    new = Signer("checkpoint 2", uri("CQUPT"))
    lab.record(authorised(new, "CQUPT", (kinds.CHECKPOINT_KIND,)), ROOT, CLERK)
    lab.record(kinds.KeyRetired(organisation_id=uuid("organisation CQUPT"), kid=CHECKPOINTS.kid), ROOT, CLERK)
    read = lab.trust()
    assert read.log.public_key == new.public
    assert read.checkpoint_keys() == [VerifierKey(read.origin, key.public) for key in (CHECKPOINTS, new)]
    lab.record(compromised(CHECKPOINTS, "CQUPT", 3), ROOT, CLERK)
    assert lab.trust().checkpoint_keys() == [VerifierKey(read.origin, new.public)]


def test_the_newest_edition_names_a_programme() -> None:
    lab = Lab.founded()
    lab.record(programme(2, name_en="Second"), BASE, CLERK)
    assert lab.trust().programmes["BDI"].name_en == "Second"


NASTY = (
    'quote " backslash \\ blank  tab\t line\nfeed\r\nnel\x85 sep\u2028 par\u2029 '
    "vt\x0b ff\x0c fs\x1c nul\x00 del\x7f # 𠮷㛃"
)


def test_a_name_cannot_break_the_file_apart() -> None:
    lab = Lab.founded()
    lab.record(replace(accredited("ENT-01", "enterprise"), name_zh=NASTY, name_en="key " + NASTY), ROOT, CLERK)
    lab.record(programme(2, name_zh=NASTY), BASE, CLERK)
    read = lab.trust()
    assert read.organisations["ENT-01"].name_zh == NASTY
    assert read.organisations["ENT-01"].name_en == "key " + NASTY
    assert read.programmes["BDI"].name_zh == NASTY
    assert set(read.organisations) == {"CQUPT", "HUAWEI", "CQHRSS", "ENT-01"}


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_name_is_read_back(name: str) -> None:
    authority = Lab.founded().authority()
    authority.organisations["HUAWEI"] = replace(authority.organisations["HUAWEI"], name_zh=name)
    assert trust.parse(trust.from_log(authority, [], 5)).organisations["HUAWEI"].name_zh == name


def test_comments_blank_lines_and_line_ends_do_not_matter() -> None:
    read = trust.parse(TEXT)
    for harmless in ("# by hand\n\n" + TEXT, TEXT.replace("\n", "\r\n"), TEXT.rstrip("\n"), TEXT + "\n  \n"):
        assert trust.parse(harmless) == read


@pytest.mark.parametrize("word", ["log ", "quorum", "genesis", "asof", "base"])
def test_what_must_stand_once_stands_once(word: str) -> None:
    with pytest.raises(Malformed, match=word.strip()):
        trust.parse(without(word))
    (line,) = [line for line in TEXT.splitlines() if line.startswith(word)]
    with pytest.raises(Malformed, match="twice"):
        trust.parse(TEXT + line + "\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff" + TEXT,
        TEXT + "witness x\n",
        TEXT + "log\n",
        TEXT + "programme X\n",
        changed("quorum none", "quorum all"),
        changed("asof 13", "asof -1"),
        changed("asof 13", "asof 1e3"),
        changed("genesis ", "genesis 00"),
        changed("genesis ", "genesis  "),
        changed(" base 4 ", " cloud 4 "),
        changed(" base 4 ", " base four "),
        changed(" 4 - - ", " 4 x - "),
        changed(" 4 - - ", " 4 - x "),
        changed(" HUAWEI base 4", " NOBODY base 4"),
        changed(PARTNER.public.hex(), THIEF.public.hex()),
        changed(PARTNER.public.hex(), "00" * 32),
        changed(PARTNER.public.hex(), PARTNER.public.hex()[:-1]),
        changed(CHECKPOINTS.public.hex(), THIEF.public.hex()).replace(CHECKPOINTS.kid.hex(), THIEF.kid.hex()),
        changed('"大数据', "大数据"),
        TEXT + next(line for line in TEXT.splitlines() if line.startswith("key ")) + "\n",
    ],
)
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(Malformed, match="trust file"):
        trust.parse(text)


def test_a_wrong_line_is_named() -> None:
    lines = TEXT.splitlines()
    lines.insert(7, "nonsense")
    with pytest.raises(Malformed, match="line 8"):
        trust.parse("\n".join(lines))
