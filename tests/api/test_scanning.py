"""The page that scans, the files that its script needs, and what may be kept of them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api import assets, scan_words
from api.headers import CONTENT_SECURITY_POLICY
from api.languages import LANGUAGES, Words
from tests.api.whole_ledger import WholeLedger

HASHED = [name for name in assets.files() if re.search(r"-[0-9A-Z]{8}\.", name)]


@pytest.fixture(scope="module")
def client(original: WholeLedger) -> Iterator[TestClient]:
    with TestClient(original.app(works=False)) as made:
        yield made


def test_only_the_page_that_scans_may_use_the_camera_and_start_workers(client: TestClient) -> None:
    scan = client.get("/scan").headers
    assert scan["content-security-policy"] == f"{CONTENT_SECURITY_POLICY}; worker-src 'self'; manifest-src 'self'"
    assert scan["permissions-policy"] == "camera=(self), geolocation=(), microphone=(), payment=()"
    for path in ("/", "/p", "/check", "/trust", "/offline", "/c/" + "0" * 24, "/nothing"):
        other = client.get(path).headers
        assert other["content-security-policy"] == CONTENT_SECURITY_POLICY, path
        assert other["permissions-policy"] == "camera=(), geolocation=(), microphone=(), payment=()", path


def test_webassembly_is_compiled_in_workers_alone(client: TestClient) -> None:
    assert "wasm-unsafe-eval" not in client.get("/scan").headers["content-security-policy"]
    for name in (path for path in assets.files() if path.endswith(".js")):
        policy = client.get(f"/assets/{name}").headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'")


def test_what_the_service_worker_keeps_is_the_same_for_everybody(client: TestClient) -> None:
    wanted = {f"/assets/{name}" for name in HASHED}
    for path in ("/scan", "/p", "/offline"):
        for language in LANGUAGES:
            answer = client.get(path, params={"lang": language})
            wanted |= set(re.findall(r'"(/assets/[^"]+)"', answer.text))
            assert answer.headers["cache-control"] == "no-cache"
            assert answer.headers["content-language"].startswith(language)
            assert "set-cookie" not in answer.headers
    worker = client.get("/sw.js")
    assert worker.headers["content-type"] == "text/javascript; charset=utf-8"
    assert worker.headers["cache-control"] == "no-cache"
    named = set(re.findall(r'"(/assets/[^"]+)"', worker.text))
    assert wanted <= named <= {f"/assets/{name}" for name in assets.files()}


def test_files_with_a_hash_in_their_names_are_kept_for_ever(client: TestClient) -> None:
    assert {re.sub(r"-.*(?=\.)", "", name) for name in HASHED} >= {"zxing.wasm", "pdfworker.js", "decode.js", "pdf.js"}
    for name in HASHED:
        assert client.get(f"/assets/{name}").headers["cache-control"] == "public, max-age=31536000, immutable"
    for name in ("scan.js", "verify.js", "site.css", "icon.svg"):
        assert client.get(f"/assets/{name}").headers["cache-control"] == "no-cache"


def test_the_program_that_reads_codes_travels_compressed_under_its_own_type(client: TestClient) -> None:
    (name,) = (name for name in HASHED if name.endswith(".wasm"))
    answer = client.get(f"/assets/{name}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-type"] == "application/wasm"
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(answer.content) * 0.6
    assert answer.content.startswith(b"\0asm")
    plain = client.get(f"/assets/{name}", headers={"Accept-Encoding": "identity"})
    assert plain.content == answer.content == gzip.decompress(assets.files()[name].packed)
    assert plain.headers["etag"] != answer.headers["etag"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manifest_makes_it_an_app_in_the_language_of_the_page(client: TestClient, language: str) -> None:
    page = client.get("/scan", params={"lang": language}).text
    (address,) = re.findall(r'<link rel="manifest" href="([^"]+)"', page)
    answer = client.get(address)
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert told["lang"].startswith(language)
    assert (told["start_url"], told["scope"], told["display"]) == (f"/scan?lang={language}", "/", "standalone")
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in told["icons"]}
    assert "maskable" in {icon.get("purpose") for icon in told["icons"]}
    for icon in told["icons"]:
        assert client.get(icon["src"]).headers["content-type"] == icon["type"]


def test_the_page_is_linked_from_every_other(client: TestClient) -> None:
    for path in ("/", "/check", "/trust", "/p"):
        assert 'href="/scan?lang=en"' in client.get(f"{path}?lang=en").text


def test_every_sentence_is_there_in_every_language() -> None:
    said = {name: value for name, value in vars(scan_words).items() if isinstance(value, Words)}
    assert len(said) > 20
    for name, words in said.items():
        assert re.search("[一-鿿]", words.zh), name
        assert re.search("[A-Za-z]", words.en), name
        assert not re.search("[一-鿿가-힣]", words.en), name
        assert re.search("[가-힣]", words.ko), name
