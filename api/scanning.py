"""The page that scans, and what makes it one that can be installed and used with no connection.

Everything is checked by its script (verifier/web). The pages served here are the same for everybody: the service worker
may keep them.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from api import languages, scan_words, sentences
from api.headers import CONTENT_SECURITY_POLICY
from api.templates import Site

SHELL: Final = {"Cache-Control": "no-cache"}
"""Of a page that is the same for everybody, and that the service worker may keep."""
SCANNING: Final = {
    **SHELL,
    "Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; worker-src 'self'; manifest-src 'self'",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
}
"""Of the page that scans: the one that may use the camera, start workers and be installed."""


def router(site: Site) -> APIRouter:
    """The routes of the page, of what stands in for pages that need a connection, and of the manifest."""
    made = APIRouter()

    @made.api_route("/scan", methods=["GET", "HEAD"], include_in_schema=False)
    def page(request: Request) -> HTMLResponse:
        return site.page("scan.html", request, headers=SCANNING, says=scan_words, sentences=sentences)

    @made.api_route("/p", methods=["GET", "HEAD"], include_in_schema=False)
    def proof(request: Request) -> HTMLResponse:
        return site.page("proof.html", request, headers=SHELL)

    @made.api_route("/offline", methods=["GET", "HEAD"], include_in_schema=False)
    def offline(request: Request) -> HTMLResponse:
        return site.page("offline.html", request, headers=SHELL, says=scan_words)

    @made.api_route("/manifest.webmanifest", methods=["GET", "HEAD"], include_in_schema=False)
    def manifest(request: Request) -> JSONResponse:
        headers = {**SHELL, "Vary": "Accept-Language"}
        return JSONResponse(_manifest(site, request), headers=headers, media_type="application/manifest+json")

    return made


def _manifest(site: Site, request: Request) -> dict[str, Any]:
    """W3C Web Application Manifest."""
    language = languages.choose(request)
    icons = [
        {"src": "/assets/icon.svg", "type": "image/svg+xml", "sizes": "any"},
        {"src": "/assets/icon-192.png", "type": "image/png", "sizes": "192x192"},
        {"src": "/assets/icon-512.png", "type": "image/png", "sizes": "512x512"},
        {"src": "/assets/icon-512.png", "type": "image/png", "sizes": "512x512", "purpose": "maskable"},
    ]
    return {
        "name": f"{scan_words.APP_SHORT.of(language)} · {site.name.of(language)}",
        "short_name": scan_words.APP_SHORT.of(language),
        "lang": languages.TAGS[language],
        "id": "/scan",
        "start_url": f"/scan?lang={language}",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f5f7",
        "theme_color": "#1f5fbf",
        "icons": icons,
    }
