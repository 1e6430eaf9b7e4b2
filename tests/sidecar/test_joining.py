"""An answer is sent at once, whole and in order, whatever it is made of."""

import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.guard.sidecar.patience import Joining
from sidecar.process import sidecar, write_settings

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Wire:
    """Takes what is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        """Take something."""
        assert not self.closed
        self.sent.append(data)

    def close(self) -> None:
        """Take no more."""
        self.closed = True


def test_a_head_goes_with_its_body() -> None:
    """Head and body are sent in one; a head alone goes when the answer is over, and the word to go on at once."""
    wire = Wire()
    joining = Joining(wire)
    joining.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert len(wire.sent) == 1
    joining.write(HEAD)
    joining.write(b"{}")
    assert wire.sent[1:] == [HEAD + b"{}"]
    joining.write(HEAD)
    assert len(wire.sent) == 2
    joining.send()
    assert wire.sent[2:] == [HEAD]
    assert not joining.closed


PIECES = st.sampled_from((HEAD, b"{}", b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"\r\n\r\n", b"HTTP/1.1 400 Bad\r\n"))


@given(pieces=st.lists(PIECES, max_size=8))
def test_nothing_is_lost_or_changes_its_place(pieces: list[bytes]) -> None:
    """Once the connection is closed, all that was written was sent, in its order."""
    wire = Wire()
    joining = Joining(wire)
    for piece in pieces:
        joining.write(piece)
    joining.close()
    assert b"".join(wire.sent) == b"".join(pieces)
    assert wire.closed


@pytest.mark.no_cover
def test_heads_alone_and_requests_in_a_row_are_answered(tmp_path: Path) -> None:
    """HEAD, a body that waits for leave to come, and two requests sent at once: each gets its answer."""
    ask = b"%s HTTP/1.1\r\nHost: x\r\n"
    json = b"Content-Type: application/json\r\nContent-Length: 2\r\n"
    with sidecar(write_settings(tmp_path)) as served, socket.create_connection(("127.0.0.1", served.port), 10) as one:

        def answer(end: bytes) -> bytes:
            said = b""
            while not said.endswith(end):
                part = one.recv(65536)
                assert part, said
                said += part
            return said

        one.sendall(ask % b"HEAD /healthz" + b"\r\n")
        assert answer(b"\r\n\r\n").startswith(b"HTTP/1.1 405")
        one.sendall(ask % b"POST /v1/cancel" + json + b"Expect: 100-continue\r\n\r\n")
        assert answer(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        one.sendall(b"{}")
        assert answer(b"}").startswith(b"HTTP/1.1 422")
        one.sendall(2 * (ask % b"GET /healthz" + b"\r\n"))
        said = answer(b'{"alive":true}')
        while said.count(b"HTTP/1.1 200") < 2:
            said += answer(b'{"alive":true}')
