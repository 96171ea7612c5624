"""The words that are changed with clamd: with the real one, and with one that misbehaves."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from interchange.scanner.gateway import Clamd, ScannerAway, Verdict
from tests.fixtures.clamd import EICAR, INFECTED_PDF, PDF


def test_the_real_one_tells_infected_from_clean(clamd) -> None:
    scanner = Clamd(clamd.address)
    assert scanner.scan(PDF) == Verdict()
    assert scanner.scan(EICAR).infection == "Eicar-Test.UNOFFICIAL"
    assert scanner.scan(INFECTED_PDF).infection == "Portal-Test.UNOFFICIAL"
    assert scanner.scan(bytes(20 * 1024 * 1024)).is_clean


def test_a_file_that_is_too_large_for_it_is_not_taken_for_clean(clamd) -> None:
    with pytest.raises(ScannerAway):
        Clamd(clamd.address).scan(bytes(26 * 1024 * 1024))


def test_one_that_is_not_there_gives_no_verdict(clamd) -> None:
    clamd.stop()
    with pytest.raises(ScannerAway):
        Clamd(clamd.address).scan(PDF)
    clamd.start()
    assert Clamd(clamd.address).scan(PDF).is_clean


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], str]]:
    """Somebody at a port who answers each file with these bytes."""
    threads: list[threading.Thread] = []

    def answer(told: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            way, _ = server.accept()
            with way, server:
                while (part := way.recv(1 << 16)) and not part.endswith(bytes(4)):
                    pass
                way.sendall(told)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return f"tcp://127.0.0.1:{server.getsockname()[1]}"

    yield answer
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"stream: OK and more\0",
        b"OK\0",
        b"stream:  FOUND\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: Can't allocate memory ERROR\0",
        b"\xff\xfe\0",
    ],
)
def test_whatever_is_no_verdict_is_not_taken_for_clean(
    answering: Callable[[bytes], str], told: bytes
) -> None:
    with pytest.raises(ScannerAway):
        Clamd(answering(told)).scan(PDF)


def test_a_verdict_comes_over_a_port_too(answering: Callable[[bytes], str]) -> None:
    assert Clamd(answering(b"stream: OK\0")).scan(PDF).is_clean
    assert Clamd(answering(b"stream: Win.Test FOUND\0")).scan(PDF).infection == "Win.Test"
