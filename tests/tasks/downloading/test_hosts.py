"""How the host of a result is reached: its name, its addresses, its certificate, a proxy on the way."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from blocks.storage import MediaStorage
from tasks.downloading import DownloadFailed, addresses, fetch
from tasks.importing import bring
from tests.tasks.downloading.conftest import AT_ONCE, Origin

PUBLIC = "https://93.184.215.14/api/v1"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[list[str] | OSError]:
    """What the next look-ups of any name give; the last one for good. Every address passes as public."""
    found: list[list[str] | OSError] = []

    async def lookup(host: str) -> list[str]:
        given = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(given, OSError):
            raise given
        return given

    monkeypatch.setattr(addresses, "lookup", lookup)
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    return found


async def test_a_name_that_is_not_found_is_weather(
    origin: Origin, local: MediaStorage, names: list[list[str] | OSError]
) -> None:
    """DNS may be away for a moment; a name that stays unknown is reported as such."""
    gone = socket.gaierror(-2, "Name or service not known")
    url = f"http://results.example:{origin.port}/clip.mp4"
    names += [gone, gone, ["127.0.0.1"]]
    await fetch(url, local, "a", base_url=PUBLIC, backoff=AT_ONCE)
    names[:] = [gone]
    with pytest.raises(DownloadFailed, match=r"results\.example cannot be resolved .*tried 4 times"):
        await fetch(url, local, "b", base_url=PUBLIC, backoff=AT_ONCE)


async def test_another_address_is_tried(origin: Origin, local: MediaStorage, names: list[list[str] | OSError]) -> None:
    """Where a host has several addresses and the first is dead, the next attempt goes to the second."""
    names.append(["127.0.0.9", "127.0.0.1"])
    url = f"http://results.example:{origin.port}/clip.mp4"
    assert (await fetch(url, local, "a", base_url=PUBLIC, backoff=AT_ONCE)).bytes == len(origin.content)


async def test_one_private_address_is_enough(local: MediaStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with a public and a private address is refused: nobody knows which one would be used."""

    async def lookup(host: str) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    monkeypatch.setattr(addresses, "lookup", lookup)
    with pytest.raises(DownloadFailed, match="private or loopback"):
        await fetch("http://results.example/x", local, "a", base_url=PUBLIC, backoff=AT_ONCE)


@pytest.mark.parametrize("host", ["localhost", "files.localhost", "127.0.0.1", "[::1]"])
async def test_a_proxy_does_not_open_this_machine(
    local: MediaStorage, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Also where a proxy resolves the names, those of this machine are refused."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(DownloadFailed, match="private or loopback"):
        await fetch(f"http://{host}:9/x", local, "a", base_url=PUBLIC, backoff=AT_ONCE)


async def test_a_proxy_resolves_names(monkeypatch: pytest.MonkeyPatch, names: list[list[str] | OSError]) -> None:
    """Behind a proxy names need not be known here: the proxy is asked by name."""
    names.append(socket.gaierror(-2, "Name or service not known"))
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert await addresses.reachable(httpx.URL("http://results.example/x"), base_url=PUBLIC) == []


async def test_whose_service_is_private(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service on this machine may name private hosts, by whatever name; one that nobody can resolve may not."""

    async def lookup(host: str) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(addresses, "lookup", lookup)
    url = httpx.URL("http://10.0.0.1/x")
    for base_url in ("http://localhost:1/api/v1", "http://service.localhost/api/v1", "http://10.1.1.1/api/v1"):
        assert await addresses.reachable(url, base_url=base_url) == []
    with pytest.raises(addresses.AddressRefused):
        await addresses.reachable(url, base_url="https://unknown.example/api/v1")


async def test_what_no_service_named_is_public(
    origin: Origin, local: MediaStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A web address in a pipeline is nobody's result: it leads to no private host, wherever requests are sent."""

    async def lookup(host: str) -> list[str]:
        return ["127.0.0.1"]

    monkeypatch.setattr(addresses, "lookup", lookup)
    for host in ("127.0.0.1", "localhost", "results.example"):
        with pytest.raises(DownloadFailed, match="private or loopback"):
            await bring(f"http://{host}:{origin.port}/clip.mp4", local)
    assert origin.requests == []


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[tuple[int, list[str | None]]]:
    """A TLS host whose certificate nobody trusts: its port, and the names it was asked for."""
    x509 = pytest.importorskip("cryptography.x509", reason="cryptography is not installed (it comes with moto)")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "results.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
    certificate = made.not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    file = tmp_path / "host.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    asked: list[str | None] = []
    context.sni_callback = lambda _, name, __: asked.append(name)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                with listener.accept()[0] as connection:
                    context.wrap_socket(connection, server_side=True).close()
            except ssl.SSLError:
                continue
            except OSError:
                if listener.fileno() == -1:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1], asked
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)


async def test_a_certificate_is_asked_for_by_name_and_must_hold(
    certified: tuple[int, list[str | None]], local: MediaStorage, names: list[list[str] | OSError]
) -> None:
    """The connection goes to the checked address, the certificate is that of the name; a bad one is final."""
    port, asked = certified
    names.append(["127.0.0.1"])
    with pytest.raises(DownloadFailed, match="its host cannot be trusted"):
        await fetch(f"https://results.example:{port}/x", local, "a", base_url=PUBLIC, backoff=AT_ONCE)
    assert asked == ["results.example"]
