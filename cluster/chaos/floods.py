#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Floods a coordinator in plaintext, for floods.sh: floods.py HOST PORT KIND SECONDS.

KIND is one of
  idle         1,000 connections that say nothing, made again when they are cut
  connections  connections that are made and given up as fast as it goes
  multipart    messages of endlessly many frames of 1 MB
  frames       messages of endlessly many empty frames
  hellos       workers that say Hello under ever new names
  status       questions for the status
  pieces       a worker that asks for models and reads none of them
"""

import os
import pathlib
import re
import resource
import select
import socket
import struct
import sys
import time


def protocol_version():
    """The version that the program's sources speak: another one is refused before it costs anything."""
    file = pathlib.Path(__file__).parents[2] / "Sources/ClusterProtocol/ProtocolVersion.swift"
    return int(re.search(r"current: UInt32 = (\d+)", file.read_text()).group(1))


VERSION = protocol_version()


def frame(body, flags=0):
    """A frame of ZMTP 3.0 (ZeroMQ RFC 23)."""
    if len(body) < 256:
        return bytes([flags, len(body)]) + body
    return bytes([flags | 2]) + struct.pack(">Q", len(body)) + body


GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
READY = frame(b"\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\0", 4)


def field(number, body):
    """A protobuf field of bytes."""
    size = len(body)
    length = b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + body


def message(number, body=b""):
    return bytes([1 << 3, VERSION]) + field(number, body)


def hello():
    return frame(
        message(4, field(1, os.urandom(16)) + field(2, b"flood") + bytes([3 << 3, 1, 4 << 3, 1, 5 << 3, 1]))
    )


def fields(body):
    """A protobuf message's fields by their numbers; the last of each."""
    found = {}
    place = 0

    def varint():
        nonlocal place
        value = shift = 0
        while True:
            byte = body[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(body):
        tag = varint()
        if tag & 7 == 0:
            found[tag >> 3] = varint()
            continue
        size = varint() if tag & 7 == 2 else 8
        found[tag >> 3] = body[place : place + size]
        place += size
    return found


class Flood:
    def __init__(self, host, port, seconds):
        self.address = (host, port)
        self.end = time.monotonic() + seconds
        self.count = 0
        self.cuts = 0

    @property
    def is_over(self):
        return time.monotonic() >= self.end

    def connect(self, greets=True):
        while not self.is_over:
            try:
                peer = socket.create_connection(self.address, timeout=2)
                if greets:
                    peer.sendall(GREETING)
                    peer.recv(64, socket.MSG_WAITALL)
                    peer.sendall(READY)
                return peer
            except OSError:
                time.sleep(0.01)
        return None

    def talk(self, data, reads=True):
        """Sends what data() gives on one connection after the other."""
        while not self.is_over:
            peer = self.connect()
            try:
                while peer and not self.is_over:
                    peer.sendall(data())
                    self.count += 1
                    while reads and select.select([peer], [], [], 0)[0]:
                        if not peer.recv(1 << 20):
                            raise OSError
            except OSError:
                self.cuts += 1

    def idle(self):
        peers = {}
        poll = select.poll()
        while not self.is_over:
            while len(peers) < 1000:
                peer = self.connect(greets=False)
                if not peer:
                    return
                self.count += 1
                peers[peer.fileno()] = peer
                poll.register(peer, select.POLLIN)
            for number, _ in poll.poll(100):
                self.cuts += 1
                poll.unregister(number)
                peers.pop(number).close()

    def connections(self):
        while not self.is_over:
            peer = self.connect(greets=False)
            if peer:
                self.count += 1
                peer.close()

    def multipart(self):
        piece = frame(bytes(1_000_000), 1)
        self.talk(lambda: piece)

    def frames(self):
        piece = frame(b"", 1) * 10_000
        self.talk(lambda: piece)

    def hellos(self):
        self.talk(hello)

    def status(self):
        ask = frame(message(10))
        self.talk(lambda: ask)

    def pieces(self):
        while not self.is_over:
            peer = self.connect()
            if not peer:
                return
            try:
                peer.sendall(hello())
                stream = peer.makefile("rb")
                while True:  # past the handshake's commands
                    flags = stream.read(1)[0]
                    size = stream.read(8 if flags & 2 else 1)
                    body = stream.read(int.from_bytes(size, "big"))
                    if not flags & 4:
                        break
                welcome = fields(body)
                sha256 = fields(fields(welcome[4])[1])[2]
                ask = frame(
                    bytes([1 << 3, VERSION])
                    + field(2, welcome[2])
                    + bytes([3 << 3 | 1])
                    + welcome[3]
                    + field(5, field(1, sha256))
                )
                while not self.is_over:
                    peer.sendall(ask)
                    self.count += 1
            except (OSError, IndexError):
                self.cuts += 1


def main():
    host, port, kind, seconds = sys.argv[1:]
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    flood = Flood(host, int(port), float(seconds))
    getattr(flood, kind)()
    print(f"{kind}: {flood.count} sent, {flood.cuts} times cut off")


if __name__ == "__main__":
    main()
