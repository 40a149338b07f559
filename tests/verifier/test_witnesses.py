"""Which witnesses count: C2SP tlog-policy as it is written and as it is logged, and when a quorum is there."""

from __future__ import annotations

from itertools import combinations

import pytest

from tests.verifier.loglab import ACTORS, CLERK, PARTNER, ROOT, Lab, uuid
from tests.verifier.witnesslab import ANNA, BORIS, CHEN, POLICY, WitnessKey, set_witnesses
from verifier import comparison, kinds, trust, witnesses
from verifier.authority import Authority
from verifier.errors import Malformed, NotEntitled, RuleBroken
from verifier.note import VerifierKey
from verifier.statement import parse as parse_statement

NESTED = (
    f"witness anna {ANNA.vkey} https://anna.example.org/w\n"
    f"witness boris {BORIS.vkey}\n"
    f"witness chen {CHEN.vkey} http://127.0.0.1:8100\n"
    "group partners any anna boris\n"
    "group all all partners chen\n"
    "quorum all\n"
)


def test_a_policy_is_read_as_it_is_written() -> None:
    written = (
        "# who watches us\n\n  \t\n" + NESTED.replace(" anna ", "\tanna  ").replace("quorum", "   quorum") + "\t#end"
    )
    assert witnesses.parse(written) == witnesses.parse(NESTED)
    assert witnesses.parse(NESTED).text == NESTED
    assert witnesses.parse_logged(NESTED) == witnesses.parse(NESTED)
    with pytest.raises(Malformed, match="one form"):
        witnesses.parse_logged(written)


def test_a_quorum_of_nested_groups() -> None:
    policy = witnesses.parse(NESTED)
    everyone = ("anna", "boris", "chen")
    met = {names for size in range(4) for names in combinations(everyone, size) if policy.met(names)}
    assert met == {("anna", "chen"), ("boris", "chen"), everyone}


@pytest.mark.parametrize(
    ("quorum", "met"),
    [
        ("quorum none\n", {(), ("anna",), ("boris",), ("anna", "boris")}),
        ("quorum boris\n", {("boris",), ("anna", "boris")}),
        ("group g any anna boris\nquorum g\n", {("anna",), ("boris",), ("anna", "boris")}),
        ("group g 2 anna boris\nquorum g\n", {("anna", "boris")}),
    ],
)
def test_a_quorum_of_one_of_any_of_all_of_none(quorum: str, met: set[tuple[str, ...]]) -> None:
    policy = witnesses.parse(f"witness anna {ANNA.vkey}\nwitness boris {BORIS.vkey}\n{quorum}")
    found = {names for size in range(3) for names in combinations(("anna", "boris"), size) if policy.met(names)}
    assert found == met


def test_a_stranger_counts_for_nobody() -> None:
    assert not witnesses.parse(POLICY).met({"anna", "two", "dora"} - {"two"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no line quorum"),
        ("quorum none\nquorum none\n", "line 2: quorum stands twice"),
        ("quorum anna\n", "line 1: anna is neither a witness nor a group"),
        (f"log {ANNA.vkey}\nquorum none\n", "line 1: not a line of a policy"),
        (f"witness anna {VerifierKey('anna', ANNA.vkey.public_key)}\nquorum none\n", "none for cosignatures"),
        (f"witness anna {ANNA.vkey} gopher://x\nquorum none\n", "address of witness anna"),
        (f"witness anna {ANNA.vkey}\nwitness two {ANNA.vkey}\nquorum none\n", "one signer would count for two"),
        (f"witness none {ANNA.vkey}\nquorum none\n", "cannot be the name"),
        (f"witness an\u200bna {ANNA.vkey}\nquorum none\n", "cannot be the name"),
        (f"witness anna {ANNA.vkey}\ngroup g any anna anna\nquorum g\n", "line 2: anna is a member twice"),
        (f"witness anna {ANNA.vkey}\ngroup g any anna\ngroup h any anna\nquorum h\n", "line 3: anna is a member twice"),
        (f"witness anna {ANNA.vkey}\ngroup g 2 anna\nquorum g\n", "neither any, nor all"),
        (f"witness anna {ANNA.vkey}\ngroup anna any anna\nquorum none\n", "anna stands twice"),
        ("quorum none\r\n", "control character"),
        ("quorum none \x0b\n", "control character"),
    ],
)
def test_what_is_no_policy_is_turned_away_by_its_line(text: str, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        witnesses.parse(text)


def test_32_witnesses_and_not_33() -> None:
    lines = [f"witness w{number} {WitnessKey(f'w{number}').vkey}\n" for number in range(33)]
    assert len(witnesses.parse("".join(lines[:32]) + "quorum none\n").witnesses) == 32
    with pytest.raises(Malformed, match="more than 32"):
        witnesses.parse("".join(lines) + "quorum none\n")


# --- in the log -----------------------------------------------------------------------------------------------------


def admitted(lab: Lab) -> Authority:
    authority = Authority()
    for index, entry in enumerate(lab.entries):
        authority.admit(index, parse_statement(entry))
    return authority


def test_the_log_says_who_its_witnesses_are_and_every_trust_file_repeats_it() -> None:
    lab = Lab.founded()
    before = lab.trust()
    assert before.witnesses == witnesses.NOBODY
    first = set_witnesses(lab)
    assert lab.trust().witnesses == witnesses.parse(POLICY)
    second = set_witnesses(lab, NESTED)
    authority, now = admitted(lab), lab.trust()
    assert authority.witness_keys == {ANNA.vkey: first, BORIS.vkey: first, CHEN.vkey: first}
    assert (now.witnesses, second) == (witnesses.parse(NESTED), first + 1)
    assert all(line in lab.trust_text().splitlines() for line in NESTED.splitlines())
    assert trust.parse(lab.trust_text()) == now
    set_witnesses(lab, "quorum none\n")
    assert lab.trust().witnesses == witnesses.NOBODY
    assert set(admitted(lab).witness_keys) == {ANNA.vkey, BORIS.vkey, CHEN.vkey}
    assert comparison.compare(before, now).newer == now


def test_a_trust_file_tells_of_its_witnesses() -> None:
    lab = Lab.founded()
    assert dict(comparison.trust_lines(lab.trust()))["witnesses"].startswith("none: nobody independent")
    set_witnesses(lab, NESTED)
    told = list(comparison.trust_lines(lab.trust()))
    assert ("witness", f"anna: {ANNA.vkey} at https://anna.example.org/w") in told
    assert ("group", "all: 2 of partners, chen") in told
    assert ("quorum", "all must have cosigned a checkpoint") in told
    plain = comparison.trust_json(lab.trust())
    assert [item["name"] for item in plain["witnesses"]] == ["anna", "boris", "chen"]
    assert plain["quorum"] == "all"


def test_a_policy_that_is_not_in_the_one_form_is_no_entry_of_a_log() -> None:
    lab = Lab.founded()
    set_witnesses(lab, NESTED + "\n")
    with pytest.raises(Malformed, match="one form"):
        admitted(lab)


def test_only_the_root_key_and_two_people_set_witnesses() -> None:
    event = kinds.WitnessesSet(log_id=uuid("log"), policy=POLICY)
    for signer, actors, wanted in ((PARTNER, ACTORS, NotEntitled), (ROOT, CLERK, RuleBroken)):
        lab = Lab.founded()
        lab.record(event, signer, actors)
        with pytest.raises(wanted):
            admitted(lab)
