"""«`certledger demo`: makes a ledger from a pack that the wheel ships, issues PDFs, publishes, checks one certificate
online and offline, audits the log, then serves it and prints the addresses. Running it twice works.»"""

from __future__ import annotations

import re
import signal
import threading
from pathlib import Path
from urllib.request import urlopen

from tests.acceptance.terminal import GOOD, MISUSE, Terminal
from tests.free_port import free_port

STEPS = ("intake", "decided", "notice", "published", "printed", "checked", "audited", "Done in")


def test_the_demo_goes_the_whole_way_and_runs_twice(person: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    numbers = []
    for _ in range(2):
        answer = person.certledger("demo", "--no-serve", "--folder", folder).expect(GOOD, *STEPS)
        answer.expect(GOOD, "THIS IS A DEMO", "online: valid", "offline: authentic-standing-not-checked")
        numbers.append({path.name for path in (folder / "certificates").glob("*.pdf")})
        assert len(numbers[-1]) >= 2
    assert numbers[0].isdisjoint(numbers[1]), "the second demo is a ledger of its own"
    assert not (person.config / "certledger" / "trust.txt").exists()
    published = folder / "published"
    person.certverify("audit", published, "--trust", published / "trust.txt").expect(GOOD)
    person.certledger("fsck", "--ledger", folder / "ledger").expect(GOOD)
    words = ["--trust", published / "trust.txt", "--log", published]
    person.certverify("check", *(folder / "certificates").glob("*.pdf"), *words).expect(GOOD, "VALID")


def test_the_demo_leaves_alone_what_is_no_demo(person: Terminal, tmp_path: Path) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "letter.txt").write_text("dear", encoding="ascii")
    person.certledger("demo", "--no-serve", "--folder", letters).expect(MISUSE, "is no demo's folder", "--folder")
    assert [path.name for path in letters.iterdir()] == ["letter.txt"]
    ledger = Path(person.found(str(tmp_path / "ledger")))
    before = sorted(path.name for path in ledger.iterdir())
    person.certledger("demo", "--no-serve", "--folder", ledger).expect(MISUSE, "is no demo's folder")
    assert sorted(path.name for path in ledger.iterdir()) == before
    file = tmp_path / "file"
    file.write_text("x", encoding="ascii")
    person.certledger("demo", "--no-serve", "--folder", file).expect(MISUSE, "file")
    assert file.read_text("ascii") == "x"


def test_the_demo_serves_what_it_prints(person: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with person.start("demo", "--folder", folder, "--port", free_port(), stderr=None) as demo:
        limit = threading.Timer(300, demo.kill)
        limit.start()
        printed = ""
        assert demo.stdout is not None
        for line in demo.stdout:
            printed += line.decode()
            if "Serving" in printed:
                break
        (link,) = re.findall(r"link code +(\S+)", printed)
        trust = folder / "published" / "trust.txt"
        person.certverify("check", link, "--trust", trust).expect(GOOD, "VALID")
        proof = (folder / "proof-address.txt").read_text("ascii").strip()
        person.certverify("check", proof, "--trust", trust).expect(GOOD, "VALID")
        (notice,) = re.findall(r"one stands: (\S+)\)", printed)
        with urlopen(f"{notice}?lang=en") as page:  # the demo's own server
            assert 'data-state="in-notice"' in page.read().decode()
        (log,) = re.findall(r"the log +(\S+)/checkpoint", printed)
        person.certverify("audit", log, "--trust", trust).expect(GOOD)
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=60)
        limit.cancel()
    assert demo.returncode in (GOOD, 130), printed
