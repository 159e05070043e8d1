"""Headers of every answer: nothing inline, nothing from elsewhere, nothing kept of signed-in pages."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_security import current_user

POLICY = ("default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
          "base-uri 'none'; frame-ancestors 'none'; form-action 'self'")

KEYED = ("/console", "/sign-in", "/t/", "/u/", "/following/", "/signed-up/")  # nobody keeps these


def init_app(app: Flask) -> None:
    app.after_request(_add)


def _add(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(), microphone=()")
    if "Cache-Control" not in headers and request.endpoint != "static":
        is_private = request.path.startswith(KEYED) or (current_user and current_user.is_authenticated)
        headers["Cache-Control"] = "private, no-store" if is_private else "private, no-cache"
    return response
