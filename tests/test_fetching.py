"""The one fetcher, against a server that really listens; what a name leads to is told by a resolver of the test's."""

from __future__ import annotations

import contextlib
import gzip
import ssl
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.net import (
    BadAddress,
    NotFetched,
    NotPublic,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    Unwilling,
    fetch,
    is_public,
    placed,
)

CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers each path by a function, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        kept = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kept.asked.append((self.path, dict(self.headers)))
                kept.answers[self.path](self)

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda request, address: None  # type: ignore[method-assign]
        self.port = self.http.server_port
        self.allow = [f"127.0.0.1:{self.port}", f"calendar.example.org:{self.port}"]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def address(self, path: str = "/a.ics") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def says(self, path: str, body: bytes, status: int = 200, **headers: str) -> None:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.end_headers()
            with contextlib.suppress(OSError):  # hung up on, as is right
                request.wfile.write(body)

        self.answers[path] = answer


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


# ---------------------------------------------------------------- whom it reaches


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "fec0::1"])
def test_an_address_inside_is_not_public_however_it_is_written(address):
    assert is_public(address) is False


@pytest.mark.parametrize("address", ["1.1.1.1", "202.98.96.68", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_outside_is(address):
    assert is_public(address) is True


@pytest.mark.parametrize("address", [
    "https://127.0.0.1/", "https://localhost/", "https://localhost./", "https://LOCALHOST/", "https://2130706433/",
    "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://0/", "https://[::1]/",
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "webcal://127.0.0.1/a.ics", "https://127。0。0。1/",
    "https://169.254.169.254/latest/meta-data/"])
def test_every_spelling_of_this_machine_is_refused_before_anybody_is_asked(address):
    with pytest.raises((NotPublic, Unreachable)) as refused:
        fetch(address)

    assert type(refused.value) is NotPublic or "找不到" in refused.value.sentence


def test_one_address_inside_among_others_outside_is_enough_to_refuse():
    with pytest.raises(NotPublic):
        fetch("https://calendar.example.org/", resolve=lambda host, port: ["1.1.1.1", "10.0.0.1"])


def test_a_name_that_leads_elsewhere_the_second_time_is_asked_only_once(server):
    """DNS rebinding: checked as one address, connected as another. Here the name is looked up once, and the checked
    address is the one that is connected to."""
    answers, looked = iter([["127.0.0.1"], ["10.255.255.1"]]), []
    server.says("/a.ics", CALENDAR)

    def resolve(host: str, port: int) -> list[str]:
        looked.append(host)
        return next(answers)

    found = fetch(f"http://calendar.example.org:{server.port}/a.ics", allow=server.allow, resolve=resolve)

    assert (found.body, looked) == (CALENDAR, ["calendar.example.org"])
    assert server.asked[0][1]["Host"] == f"calendar.example.org:{server.port}"


def test_a_redirect_inside_is_refused_though_it_begins_outside(server):
    looked = []

    def resolve(host: str, port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"]

    for target in (f"https://inside.example.org:{server.port}/", "https://169.254.169.254/", "https://[::1]/"):
        server.says("/a.ics", b"", 302, Location=target)

        with pytest.raises(NotPublic):
            fetch(server.address(), allow=server.allow, resolve=resolve)

    assert len(server.asked) == 3


@pytest.mark.parametrize("target", [
    "http://calendar.example.net/", "file:///etc/passwd", "ftp://calendar.example.net/", "gopher://x/",
    "javascript:1", "https://u:p@calendar.example.net/"])
def test_a_redirect_to_what_may_not_be_asked_is_refused(server, target):
    server.says("/a.ics", b"", 301, Location=target)

    with pytest.raises(BadAddress):
        fetch(server.address(), allow=server.allow)


def test_a_redirect_is_followed_three_times_and_no_more(server):
    for number in range(5):
        server.says(f"/{number}", b"", 302, Location=f"/{number + 1}")
    server.says("/5", CALENDAR)

    assert fetch(server.address("/2"), allow=server.allow).address == server.address("/5")
    with pytest.raises(TooManyRedirects):
        fetch(server.address("/1"), allow=server.allow)


@pytest.mark.parametrize("address", [
    "", "calendar", "http://calendar.example.org/", "ftp://calendar.example.org/", "https://", "https:///a.ics",
    "https://u:p@calendar.example.org/", "https://u@calendar.example.org/", "https://a b/", "https://a/\r\nX: y",
    "https://a/" + "x" * 2000, "https://[::1", "https://calendar.example.org:22/", "https://a:99999/",
    "https://" + "x" * 64 + ".org/"])
def test_what_is_no_address_that_may_be_asked_is_refused(address):
    with pytest.raises(BadAddress):
        placed(address)


def test_a_webcal_address_is_an_https_one_and_its_words_become_ascii():
    place = placed("webcal://日历.example.org/成都.ics?q=讲座")

    assert (place.scheme, place.host, place.port) == ("https", "日历.example.org".encode("idna").decode(), 443)
    assert place.path == "/%E6%88%90%E9%83%BD.ics?q=%E8%AE%B2%E5%BA%A7"


# ---------------------------------------------------------------- what it takes


def test_it_asks_without_cookies_and_brings_back_what_is_there(server):
    server.says("/a.ics", gzip.compress(CALENDAR), Content_Encoding="gzip", Set_Cookie="a=b")

    found = [fetch(server.address(), allow=server.allow).body for _ in range(2)]

    assert found == [CALENDAR, CALENDAR]
    assert [sorted(headers) for _, headers in server.asked] == [
        ["Accept", "Accept-Encoding", "Connection", "Host", "User-Agent"]] * 2


@pytest.mark.parametrize(("status", "headers"), [
    (404, {}), (401, {"WWW_Authenticate": "Basic"}), (500, {}), (204, {}), (200, {"Content_Encoding": "br"}),
    (200, {"Content_Encoding": "gzip"}), (200, {"Content_Length": "99999"})])
def test_another_answer_than_a_whole_200_is_refused(server, status, headers):
    server.says("/a.ics", CALENDAR, status, **headers)

    with pytest.raises(Unwilling):
        fetch(server.address(), allow=server.allow)


def test_too_large_is_refused_by_what_it_says_of_itself_by_its_octets_and_unpacked(server):
    server.says("/said", b"", Content_Length=str(10**12))
    server.says("/sent", b"x" * 200_000)
    server.says("/bomb", gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")

    for path in ("/said", "/sent", "/bomb"):
        with pytest.raises(TooLarge):
            fetch(server.address(path), allow=server.allow, most=100_000)


def test_a_bomb_is_unpacked_no_further_than_it_may(server):
    server.says("/bomb", gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")

    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            fetch(server.address("/bomb"), allow=server.allow, most=100_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 10_000_000


@pytest.mark.parametrize("dribble", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\nBEGIN"],
                         ids=["head", "body"])
def test_who_dribbles_is_left_at_the_end_of_the_time(server, dribble):
    over = threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        with contextlib.suppress(OSError):
            request.wfile.write(dribble)
            while not over.wait(0.05):
                request.wfile.write(b"x")

    server.answers["/a.ics"] = answer
    with pytest.raises(TooSlow):
        fetch(server.address(), allow=server.allow, seconds=0.4)
    over.set()


def test_a_certificate_that_does_not_hold_is_refused(server, tmp_path):
    server.http.socket = _with_a_certificate_of_its_own(server, tmp_path)
    server.says("/a.ics", CALENDAR)

    with pytest.raises(Unreachable, match="证书"):
        fetch(f"https://127.0.0.1:{server.port}/a.ics", allow=server.allow)

    assert server.asked == []


def test_a_name_nobody_knows_and_a_door_nobody_opens_have_their_sentences(server):
    port = server.port
    server.http.shutdown()
    server.http.server_close()

    def unknown(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    for address, resolve, words in ((f"http://127.0.0.1:{port}/", None, "连不上"),
                                    ("https://nowhere.example.org/", unknown, "找不到")):
        with pytest.raises(Unreachable, match=words):
            fetch(address, allow=server.allow, resolve=resolve)


def test_every_refusal_is_one_of_its_own_with_a_sentence():
    assert all(issubclass(one, NotFetched) for one in (
        BadAddress, NotPublic, TooLarge, TooManyRedirects, TooSlow, Unreachable, Unwilling))


def _with_a_certificate_of_its_own(server: Server, folder: Any) -> ssl.SSLSocket:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "calendar.example.org")])
    now = datetime.fromtimestamp(time.time(), UTC)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
                   .sign(key, hashes.SHA256()))
    path = folder / "both.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context.wrap_socket(server.http.socket, server_side=True, do_handshake_on_connect=False)
