"""`verify.html`: the verifier in one file, with a certificate's evidence in it, to be opened from a disk offline."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from string import Template
from typing import Final

from verifier.evidencefile import CHANGES, CHECKPOINT, PROOF, STATEMENT, TRUST, indices

_PAGE: Final = Template(
    """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="$policy">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex, nofollow">
<title>$number</title>
<style>$style</style>
</head>
<body>
<main id="result">
<noscript><p>这一页需要 JavaScript；也可用 certverify check 核验。 This page needs JavaScript;
<code>certverify check</code> does without. 이 페이지에는 JavaScript가 필요합니다.</p></noscript>
</main>
<script type="application/json" id="evidence">$evidence</script>
<script>$script</script>
</body>
</html>
"""
)


@dataclass(frozen=True, slots=True)
class Assets:
    """The page's program and style, as the build makes them."""

    script: str
    style: str


def verify_page(files: Mapping[str, bytes], number: str, assets: Assets) -> bytes:
    """The page with the evidence of these files in it. Nothing but its own script and style may run or load."""
    # A closing tag within the script would end it early; this spelling means the same to JavaScript.
    script = assets.script.replace("</script", "<\\/script").strip()
    style = assets.style.strip()
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _PAGE.substitute(
        policy=policy, number=number, style=style, script=script, evidence=json.dumps(_evidence(files))
    )
    return page.encode()


def _evidence(files: Mapping[str, bytes]) -> dict[str, object]:
    status = next((files[name] for name in files if name.startswith("status/")), b"")
    paper = next((files[name] for name in files if name.endswith(".pdf")), b"")
    return {
        **{name: _base64(files[name]) for name in (PROOF, STATEMENT, CHECKPOINT, TRUST)},
        "status": _base64(status),
        "changes": [_base64(files[f"{CHANGES}/{index}.cbor"]) for index in indices(files, CHANGES, ".cbor")],
        "paper": sha256(paper).hexdigest() if paper else "",
    }


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _hash(text: str) -> str:
    return f"sha256-{_base64(sha256(text.encode()).digest())}"
