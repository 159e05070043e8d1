"""The one fetcher of addresses that users name. Whom it may reach is judged by where a name leads, not by its looks.

A name is resolved once, every address it has is checked, and the connection goes to the checked address: a name that
leads elsewhere a moment later leads nowhere. Each redirect is judged anew.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask_babel import gettext as _

from app.errors import Refused

MOST_BYTES = 5 * 1024 * 1024  # decoded
CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 15.0
MOST_REDIRECTS = 3
LONGEST_ADDRESS = 2000
PIECE = 64 * 1024
MOVED = (301, 302, 303, 307, 308)
PORTS = {"https": 443, "http": 80}
# Addresses that carry another within them: 6to4, Teredo, NAT64 and its local kind.
CARRIERS = tuple(map(ip_network, ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48", "::/96")))

Resolver = Callable[[str, int], Collection[str]]


class NotFetched(Refused):
    """What an address leads to was not fetched; nothing was kept."""

    status = 422


class BadAddress(NotFetched):
    """No address, one with a password in it, or not https."""


class NotPublic(NotFetched):
    """It leads into this machine or its own network."""

    def __init__(self) -> None:
        super().__init__(_("这个地址通向内部网络，不能读取。内部的日历请先下载成文件，再上传。"))


class Unreachable(NotFetched):
    """Nobody knows the name, nobody answers, or the certificate does not hold."""


class TooSlow(NotFetched):
    def __init__(self) -> None:
        super().__init__(_("对方太慢，没有在 15 秒内答完。请稍后再试，或下载成文件再上传。"))


class TooLarge(NotFetched):
    def __init__(self) -> None:
        super().__init__(_("内容超过 5 MB，没有读取。请让对方提供小一些的日历。"))


class TooManyRedirects(NotFetched):
    def __init__(self) -> None:
        super().__init__(_("这个地址转来转去没有尽头。请填它最后停下的地址。"))


class Unwilling(NotFetched):
    """Whoever is there answers with something else than the thing asked for."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """`body` decoded; `address` is where it was found in the end."""

    body: bytes
    address: str


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart; `host` in ASCII, `path` with the query."""

    scheme: str
    host: str
    port: int
    path: str
    is_allowed: bool  # by the installation, wherever it leads

    @property
    def header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def fetch(address: str, *, allow: Collection[str] = (), resolve: Resolver | None = None,
          seconds: float = TOTAL_SECONDS, most: int = MOST_BYTES) -> Fetched:
    """What stands at a public https (or webcal) address, read to its end.

    `allow` are the hosts (`name` or `name:port`) of the setting IMPORT_ALLOW, which may be inside and without
    encryption.

    :raises NotFetched: by the name of what was wrong, with a sentence.
    """
    until = time.monotonic() + seconds
    for _redirect in range(MOST_REDIRECTS + 1):
        place = placed(address, allow)
        answer = _asked(place, resolve or resolved, until)
        try:
            if answer.status not in MOVED:
                return Fetched(b"".join(_body(answer, most)), address)
            address = urljoin(address, answer.headers.get("Location", ""))
        except (OSError, http.client.HTTPException) as error:
            raise _failed(error, until) from error
        finally:
            answer.close()
    raise TooManyRedirects


def placed(address: str, allow: Collection[str] = ()) -> Place:
    """:raises BadAddress: for what may not be asked at all."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").rstrip(".")
        host = host if ":" in host else host.encode("idna").decode().lower()
        scheme = {"webcal": "https", "webcals": "https"}.get(parts.scheme, parts.scheme)
        port = parts.port or PORTS.get(scheme, 0)
    except (ValueError, UnicodeError) as error:
        raise BadAddress(_("这个地址写得不对。")) from error
    if not host or len(address) > LONGEST_ADDRESS or any(sign <= " " or sign == "\x7f" for sign in address.strip()):
        raise BadAddress(_("这个地址写得不对。"))
    if parts.username is not None or parts.password is not None:
        raise BadAddress(_("地址里不能带用户名和密码。"))
    is_allowed = host in allow or f"{host}:{port}" in allow
    if scheme != "https" and not (scheme == "http" and is_allowed):
        raise BadAddress(_("地址要以 https:// 或 webcal:// 开头。"))
    if not is_allowed and port != 443 and port < 1024:
        raise BadAddress(_("这个地址的端口不能用。"))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(scheme, host, port, _ascii(path), is_allowed)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the whole world, and carries no other within it."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if isinstance(ip, IPv6Address) and (ip.is_site_local or any(ip in carrier for carrier in CARRIERS)):
        return False
    return ip.is_global and not (
        ip.is_multicast or ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_reserved or ip.is_unspecified)


def resolved(host: str, port: int) -> list[str]:
    """Every address of the name, as the machine's own resolver says."""
    return list(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


# ---------------------------------------------------------------- asking


class _Timed:
    """A socket that reads only until a moment, however the other side dribbles."""

    until: float = 0.0

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_left(self.until))  # type: ignore[attr-defined]
        return super().recv_into(*args, **kwargs)  # type: ignore[misc, no-any-return]


class _Plain(_Timed, socket.socket):
    pass


class _Encrypted(_Timed, ssl.SSLSocket):
    pass


def _asked(place: Place, resolve: Resolver, until: float) -> http.client.HTTPResponse:
    """The answer's head, over a connection to an address that was checked."""
    addresses = _checked(place, resolve)
    connection = http.client.HTTPConnection(place.host, place.port)
    try:
        connection.sock = _connected(place, addresses, until)
        connection.putrequest("GET", place.path, skip_host=True, skip_accept_encoding=True)
        for name, value in (("Host", place.header), ("User-Agent", "Wujin"), ("Accept", "text/calendar, */*;q=0.5"),
                            ("Accept-Encoding", "gzip"), ("Connection", "close")):
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        connection.close()
        raise _failed(error, until) from error


def _checked(place: Place, resolve: Resolver) -> Collection[str]:
    try:
        addresses = resolve(place.host, place.port)
    except (OSError, UnicodeError) as error:
        raise Unreachable(_("找不到这个网站，请核对地址。")) from error
    if not addresses:
        raise Unreachable(_("找不到这个网站，请核对地址。"))
    # All of them: one that is inside among those outside is how a name lies.
    if not place.is_allowed and not all(map(is_public, addresses)):
        raise NotPublic
    return addresses


def _connected(place: Place, addresses: Collection[str], until: float) -> socket.socket:
    failure: OSError | None = None
    for address in list(addresses)[:4]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        plain = _Plain(family, socket.SOCK_STREAM)
        plain.until = until
        try:
            plain.settimeout(min(CONNECT_SECONDS, _left(until)))
            plain.connect((address, place.port))
            return _encrypted(plain, place.host, until) if place.scheme == "https" else plain
        except OSError as error:
            plain.close()
            failure = error
            if isinstance(error, ssl.SSLError):
                break
    assert failure is not None
    raise failure


def _encrypted(plain: socket.socket, host: str, until: float) -> socket.socket:
    context = ssl.create_default_context()
    context.sslsocket_class = _Encrypted
    secure = context.wrap_socket(plain, server_hostname=host)
    secure.until = until  # type: ignore[attr-defined]
    return secure


def _body(answer: http.client.HTTPResponse, most: int) -> Iterator[bytes]:
    """Piece by piece, unpacked no further than allowed."""
    if answer.status != 200:
        raise Unwilling(_("对方没有给出日历。请核对地址，或请对方公开这个日历。"))
    if (answer.length or 0) > most:
        raise TooLarge
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise Unwilling(_("对方的答复用了读不懂的压缩方式。"))
    unpack = zlib.decompressobj(31) if coding.endswith("gzip") else None
    taken = length = 0
    while piece := answer.read(PIECE):
        taken += len(piece)
        if taken > most:
            raise TooLarge
        while piece:
            part, piece = _unpacked(unpack, piece, most - length + 1)
            length += len(part)
            if length > most:
                raise TooLarge
            yield part
    if answer.length or (unpack is not None and not unpack.eof):
        raise Unwilling(_("对方的答复中途断了，没有读取。请再试一次。"))


def _unpacked(unpack: Any, piece: bytes, room: int) -> tuple[bytes, bytes]:
    """What fits, and what is still packed."""
    if unpack is None:
        return piece, b""
    if unpack.eof:  # what follows the end of the packed part is nobody's
        return b"", b""
    try:
        return unpack.decompress(piece, room), unpack.unconsumed_tail
    except zlib.error as error:
        raise Unwilling(_("对方的答复用了读不懂的压缩方式。")) from error


def _failed(error: Exception, until: float) -> NotFetched:
    if isinstance(error, NotFetched):
        return error
    if isinstance(error, ssl.SSLError) and not isinstance(error, TimeoutError):
        return Unreachable(_("对方网站的证书有问题，没有读取。"))
    if isinstance(error, TimeoutError) or time.monotonic() >= until:
        return TooSlow()
    if isinstance(error, http.client.IncompleteRead):
        return Unwilling(_("对方的答复中途断了，没有读取。请再试一次。"))
    return Unreachable(_("连不上这个网站，请核对地址或稍后再试。"))


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _ascii(path: str) -> str:
    """As a request line can carry it; what is already encoded stays."""
    return "".join(sign if "!" <= sign <= "~" else "".join(f"%{octet:02X}" for octet in sign.encode())
                   for sign in path)
