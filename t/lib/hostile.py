#!/usr/bin/env python3
"""Servers that misbehave, each on a port of its own, in one event loop.

    hostile.py FOLDER ADDRESS [NAME:PORT...]

ADDRESS may be "::", for all of both families; NAME:PORT asks for a further
port of a behaviour, counted as NAME_PORT.
FOLDER holds the certificates (see Uptime::Hostile) and gets the file "ports",
a line "NAME PORT" for each behaviour.  The port named "stats" answers any
request with what the others did: connections, bytes accepted by the kernel.
Ends when its parent does.
"""

import asyncio
import json
import os
import socket
import ssl
import struct
import sys
import time
import zlib

FOLDER, ADDRESS, EXTRA = sys.argv[1], sys.argv[2], sys.argv[3:]
KIB, MIB = 1024, 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
LONG = 3600

PLAIN, TLS, RAW = {}, {}, {}
STATS = {}
PORTS = {}


def plain(f):
    PLAIN[f.__name__] = f
    return f


def raw(f):
    """Bytes below TLS: the behaviour speaks for itself."""
    RAW[f.__name__] = f
    return f


class Peer:
    """One connection: reads a request, counts what it sends."""

    def __init__(self, name, reader, writer):
        self.name, self.reader, self.writer = name, reader, writer
        self.head = b""

    async def request(self):
        self.head = await self.reader.readuntil(b"\r\n\r\n")

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()
        STATS[self.name]["sent"] += len(data)

    async def answer(self, head, body=b""):
        await self.request()
        await self.send(head + b"\r\n" + body)

    async def forever(self, data, pause=0.0, limit=None):
        sent = 0
        while limit is None or sent < limit:
            await self.send(data)
            sent += len(data)
            if pause:
                await asyncio.sleep(pause)

    async def hold(self):
        """Reads on, so that the other end's FIN is noticed."""
        while await self.reader.read(4096):
            pass

    async def fin(self):
        await self.writer.drain()
        self.writer.close()

    async def reset(self):
        # what was sent has to arrive first: a reset throws it away
        await self.writer.drain()
        await asyncio.sleep(0.1)
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
        self.writer.transport.abort()


def simple(name, head, body=b"", end="fin"):
    """A behaviour that is only bytes."""

    async def run(peer):
        await peer.answer(head, body)
        await getattr(peer, end)()

    PLAIN[name] = run


def redirect(name, to, status=302):
    simple(name, b"HTTP/1.1 %d Moved\r\nContent-Length: 0\r\nLocation: %s\r\n"
           % (status, to))


# --- slow, silent

@plain
async def slow_headers(peer):
    await peer.request()
    await peer.send(OK)
    await peer.forever(b"X-A: b\r\n", 0.2)


@plain
async def slow_status(peer):
    await peer.request()
    for byte in b"HTTP/1.1 200 OK" + b"K" * LONG:
        await peer.send(bytes([byte]))
        await asyncio.sleep(0.2)


@plain
async def slow_body(peer):
    await peer.answer(OK + b"Content-Length: 100000\r\n")
    await peer.forever(b".", 0.2)


@plain
async def slow_chunks(peer):
    await peer.answer(OK + b"Transfer-Encoding: chunked\r\n")
    await peer.forever(b"1\r\n.\r\n", 0.2)


@plain
async def silent(peer):
    await peer.hold()


@plain
async def continue_only(peer):
    await peer.answer(b"HTTP/1.1 100 Continue\r\n")
    await peer.hold()


@plain
async def one_early(peer):
    """A second after the request: slow, but in time."""
    await peer.request()
    await asyncio.sleep(0.5)
    await peer.send(OK + b"Content-Length: 2\r\n\r\nok")


# --- cut at each stage

@plain
async def rst_accept(peer):
    await peer.reset()


@plain
async def rst_request(peer):
    await peer.request()
    await peer.reset()


@plain
async def rst_status(peer):
    await peer.request()
    await peer.send(OK)
    await peer.reset()


@plain
async def rst_after(peer):
    await peer.answer(OK + b"Content-Length: 2\r\n", b"ok")
    await peer.reset()


@plain
async def fin_accept(peer):
    await peer.fin()


@plain
async def fin_request(peer):
    await peer.request()
    await peer.fin()


@plain
async def fin_half_status(peer):
    await peer.request()
    await peer.send(b"HTTP/1.1 20")
    await peer.fin()


@plain
async def fin_status(peer):
    await peer.request()
    await peer.send(OK)
    await peer.fin()


@plain
async def fin_half_header(peer):
    await peer.request()
    await peer.send(OK + b"Content-Type: te")
    await peer.fin()


simple("rst_headers", OK + b"Content-Length: 9\r\n", end="reset")
simple("rst_body", OK + b"Content-Length: 9\r\n", b"123", end="reset")
simple("rst_chunk", OK + b"Transfer-Encoding: chunked\r\n", b"9\r\n123",
       end="reset")
simple("fin_headers", OK + b"Content-Length: 9\r\n")
simple("fin_body", OK + b"Content-Length: 9\r\n", b"123")
simple("fin_chunk", OK + b"Transfer-Encoding: chunked\r\n", b"3\r\n123\r\n")
simple("no_length", OK, b"until the end")


# --- too much

@plain
async def flood_1xx(peer):
    await peer.request()
    await peer.forever(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


@plain
async def slow_1xx(peer):
    await peer.request()
    await peer.forever(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 0.2)


@plain
async def gib_chunked(peer):
    await peer.answer(OK + b"Transfer-Encoding: chunked\r\n")
    await peer.forever(b"4000\r\n" + b"x" * 0x4000 + b"\r\n", 0, 1024 * MIB)
    await peer.send(b"0\r\n\r\n")


@plain
async def gib_length(peer):
    await peer.answer(OK + b"Content-Length: %d\r\n" % (1024 * MIB))
    await peer.forever(b"x" * 0x4000, 0, 1024 * MIB)


@plain
async def gib_endless(peer):
    await peer.answer(OK)
    await peer.forever(b"x" * 0x4000)


def bomb(mib=64):
    z = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = bytes(MIB)
    return b"".join(z.compress(piece) for _ in range(mib)) + z.flush()


BOMB = []


def the_bomb():
    if not BOMB:
        BOMB.append(bomb())
    return BOMB[0]


@plain
async def gzip_bomb(peer):
    body = the_bomb()
    await peer.answer(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n"
                      % len(body), body)
    await peer.fin()


@plain
async def te_bomb(peer):
    body = the_bomb()
    await peer.answer(OK + b"Transfer-Encoding: gzip, chunked\r\n",
                      b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
    await peer.fin()


@plain
async def br_bomb(peer):
    # no encoder here: a claim and noise, which a decoder would refuse
    body = bytes(range(1, 256)) * 400
    await peer.answer(OK + b"Content-Encoding: br, br, br, br, br, br, br\r\n"
                      b"Content-Length: %d\r\n" % len(body), body)
    await peer.fin()


# as many as fit into 64 KiB, and as many as are taken
simple("headers_short", OK + b"a:\r\n" * 12000 + b"Content-Length: 0\r\n",
       end="hold")
simple("headers_480", OK + b"a:\r\n" * 480 + b"Content-Length: 0\r\n",
       end="hold")


@plain
async def headers_20k(peer):
    await peer.request()
    await peer.send(OK)
    for n in range(20000):
        await peer.send(b"X-Header-%d: some value of it\r\n" % n)
    await peer.send(b"Content-Length: 0\r\n\r\n")
    await peer.hold()


@plain
async def header_endless(peer):
    await peer.request()
    await peer.send(OK + b"X-Long: ")
    await peer.forever(b"a" * 4096)


@plain
async def status_endless(peer):
    await peer.request()
    await peer.send(b"HTTP/1.1 200 ")
    await peer.forever(b"a" * 4096)


@plain
async def name_endless(peer):
    await peer.request()
    await peer.send(OK)
    await peer.forever(b"a" * 4096)


@plain
async def crlf_flood(peer):
    await peer.request()
    await peer.forever(b"\r\n" * 2048)


@plain
async def trailer_flood(peer):
    await peer.answer(OK + b"Transfer-Encoding: chunked\r\n", b"0\r\n")
    await peer.forever(b"X-T: v\r\n" * 100)


@plain
async def chunk_ext_endless(peer):
    await peer.answer(OK + b"Transfer-Encoding: chunked\r\n", b"5;")
    await peer.forever(b"a" * 4096)


@plain
async def tiny_chunks(peer):
    """2 MiB of body in chunks of one byte: six bytes on the wire for one."""
    await peer.answer(OK + b"Transfer-Encoding: chunked\r\n")
    await peer.forever(b"1\r\n.\r\n" * 1000, 0, 12 * MIB)
    await peer.send(b"0\r\n\r\n")


@plain
async def cookie_flood(peer):
    lines = b"".join(b"Set-Cookie: c%d=v; Domain=127.0.0.1\r\n" % n
                     for n in range(200))
    await peer.answer(OK + lines + b"Strict-Transport-Security: max-age=99\r\n"
                      b"Alt-Svc: h3=\":1\"\r\nContent-Length: 2\r\n", b"ok")
    await peer.hold()


# --- not what HTTP says

simple("header_nul", OK + b"X-A: b\0c\r\nContent-Length: 0\r\n")
simple("status_nul", b"HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n")
simple("chunk_bad", OK + b"Transfer-Encoding: chunked\r\n",
       b"zz\r\nhello\r\n0\r\n\r\n", end="hold")
simple("chunk_huge", OK + b"Transfer-Encoding: chunked\r\n",
       b"FFFFFFFFFFFFFFFFFFF\r\nhello\r\n", end="hold")
simple("chunk_no_crlf", OK + b"Transfer-Encoding: chunked\r\n",
       b"5\r\nhelloXX0\r\n\r\n", end="hold")
simple("length_twice", OK + b"Content-Length: 5\r\nContent-Length: 5\r\n",
       b"hello", end="hold")
simple("length_differs", OK + b"Content-Length: 5\r\nContent-Length: 9\r\n",
       b"hello", end="hold")
simple("length_shrinks", OK + b"Content-Length: 9\r\nContent-Length: 5\r\n",
       b"hello", end="hold")
simple("length_negative", OK + b"Content-Length: -1\r\n", b"hello")
simple("length_garbage", OK + b"Content-Length: abc\r\n", b"hello")
simple("length_overflow", OK + b"Content-Length: 99999999999999999999\r\n",
       b"hello")
simple("length_and_chunks", OK + b"Content-Length: 3\r\n"
       b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n",
       end="hold")
simple("keepalive_garbage", OK + b"Content-Length: 2\r\n",
       b"ok" + b"\0garbage" * 1000, end="hold")
simple("status_204_body", b"HTTP/1.1 204 None\r\nContent-Length: 5\r\n",
       b"hello", end="hold")
simple("status_304_body", b"HTTP/1.1 304 Same\r\nContent-Length: 5\r\n",
       b"hello", end="hold")
simple("status_407", b"HTTP/1.1 407 Proxy\r\nContent-Length: 0\r\n"
       b"Proxy-Authenticate: Negotiate\r\n", end="hold")
simple("status_401", b"HTTP/1.1 401 Who\r\nContent-Length: 0\r\n"
       b"WWW-Authenticate: NTLM\r\nWWW-Authenticate: Negotiate\r\n",
       end="hold")
simple("status_101", b"HTTP/1.1 101 Switch\r\nUpgrade: websocket\r\n"
       b"Connection: Upgrade\r\n", end="hold")
simple("status_101_h2c", b"HTTP/1.1 101 Switch\r\nUpgrade: h2c\r\n"
       b"Connection: Upgrade\r\n", b"\0\0\0\4\0\0\0\0\0", end="hold")
simple("status_000", b"HTTP/1.1 000 None\r\nContent-Length: 0\r\n")
simple("status_1000", b"HTTP/1.1 1000 Many\r\nContent-Length: 0\r\n")
simple("status_99", b"HTTP/1.1 99 Few\r\nContent-Length: 0\r\n")
simple("status_abc", b"HTTP/1.1 abc What\r\nContent-Length: 0\r\n")
simple("status_minus", b"HTTP/1.1 -200 OK\r\nContent-Length: 0\r\n")
simple("status_999", b"HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n")
simple("status_none", b"HTTP/1.1\r\nContent-Length: 0\r\n")
simple("version_9", b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n")
simple("version_2", b"HTTP/2 200\r\ncontent-length: 0\r\n")
simple("version_10", b"HTTP/1.0 200 OK\r\n", b"old")
simple("only_lf", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok")
simple("header_folded", OK + b"X-A: b\r\n c\r\n\td\r\nContent-Length: 0\r\n")
simple("header_no_colon", OK + b"what is this\r\nContent-Length: 0\r\n")
simple("te_unknown", OK + b"Transfer-Encoding: snappy\r\n", b"hello")
simple("te_many", OK + b"Transfer-Encoding: " + b", ".join([b"gzip"] * 50)
       + b"\r\n", b"hello")


def spoken(name, text, end="hold"):
    """Says something before it is asked."""

    async def run(peer):
        await peer.send(text)
        await getattr(peer, end)()

    PLAIN[name] = run


spoken("banner_ssh", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
spoken("banner_smtp", b"220 mail.example ESMTP\r\n")
spoken("banner_mysql", b"J\0\0\0\n8.0.36\0\x08\0\0\0" + b"x" * 60)
spoken("noise", os.urandom(4096))
spoken("h2_settings", b"\0\0\x12\4\0\0\0\0\0" + b"\0\3\0\0\0\x64" * 3)


@plain
async def http09(peer):
    await peer.request()
    await peer.send(b"<html>hello, it is 1991</html>\n")
    await peer.fin()


@plain
async def tls_alert(peer):
    await peer.request()
    await peer.send(b"\x15\x03\x01\0\2\2\x46")
    await peer.fin()


# --- redirects

@plain
async def redirect_loop(peer):
    await peer.answer(b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n"
                      b"Location: /again\r\n")
    await peer.fin()


@plain
async def redirect_grows(peer):
    await peer.request()
    path = peer.head.split(b" ")[1]
    await peer.send(b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n"
                    b"Location: %s\r\n\r\n" % (path.rstrip(b"/") + b"/x" * 100))
    await peer.fin()


@plain
async def hops(peer):
    """/5: five redirects, then well."""
    await peer.request()
    n = int(peer.head.split(b" ")[1].strip(b"/") or b"0")
    if n > 0:
        await peer.send(b"HTTP/1.1 302 Moved\r\nContent-Length: 0\r\n"
                        b"Location: /%d\r\n\r\n" % (n - 1))
    else:
        await peer.send(OK + b"Content-Length: 2\r\n\r\nok")
    await peer.fin()


redirect("to_file", b"file:///etc/passwd")
redirect("to_gopher", b"gopher://127.0.0.1/x")
redirect("to_ftp", b"ftp://127.0.0.1/x")
redirect("to_dict", b"dict://127.0.0.1:11211/stats")
redirect("to_javascript", b"javascript:alert(1)")
redirect("to_user", b"http://user:pass@127.0.0.1/")
redirect("to_ssh", b"http://127.0.0.1:22/")
redirect("to_bad", b"http://[::bad/")
redirect("to_bad_port", b"http://127.0.0.1:99999/")
redirect("to_bad_name", b"http://a..b/")
redirect("to_slashes", b"http:////127.0.0.1/")
redirect("to_empty", b"")
redirect("to_tab", b"http://127.0.0.1/\tx\x01y")
redirect("to_utf8", "http://b\u00fccher.example/".encode())
redirect("to_100k", b"/" + b"a" * (100 * KIB))
redirect("to_nul", b"/a\0b")
simple("to_nowhere", b"HTTP/1.1 302 Moved\r\nContent-Length: 0\r\n")
simple("to_two", b"HTTP/1.1 302 Moved\r\nContent-Length: 0\r\n"
       b"Location: file:///etc/passwd\r\nLocation: /\r\n")


# Where it points to is said by the test, percent-encoded: /to/STATUS/URL.
@plain
async def to(peer):
    from urllib.parse import unquote_to_bytes
    await peer.request()
    path = peer.head.split(b" ")[1]
    _, _, status, where = path.split(b"/", 3)
    await peer.send(b"HTTP/1.1 %s Moved\r\nContent-Length: 0\r\n"
                    b"Location: %s\r\n\r\n" % (status,
                                               unquote_to_bytes(where)))
    await peer.fin()


@plain
async def ok(peer):
    await peer.answer(OK + b"Content-Length: 2\r\n", b"ok")
    await peer.fin()


@plain
async def echo(peer):
    await peer.request()
    STATS[peer.name].setdefault("heads", []).append(
        peer.head.decode("latin-1"))
    await peer.send(OK + b"Content-Length: 2\r\n\r\nok")
    await peer.fin()


@plain
async def stats(peer):
    await peer.request()
    body = json.dumps(STATS).encode()
    await peer.send(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    await peer.fin()


# --- TLS that ends well or ill by its certificate or settings

async def tls_ok(peer):
    await peer.answer(OK + b"Content-Length: 2\r\n", b"ok")
    await peer.fin()


async def tls_truncated(peer):
    """The body ends early, and TLS without its own end."""
    await peer.answer(OK + b"Content-Length: 9\r\n", b"123")
    await asyncio.sleep(0.1)
    peer.writer.transport.abort()


async def tls_truncated_endless(peer):
    """No length, and TLS without its own end: cut by whom?"""
    await peer.answer(OK, b"123")
    await asyncio.sleep(0.1)
    peer.writer.transport.abort()


async def tls_chunk_bad(peer):
    await peer.answer(OK + b"Transfer-Encoding: chunked\r\n",
                      b"zz\r\nhello\r\n0\r\n\r\n")
    await peer.hold()


def context(cert, **o):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if "ciphers" in o:
        c.set_ciphers(o["ciphers"])
    c.load_cert_chain(os.path.join(FOLDER, cert + ".pem"),
                      os.path.join(FOLDER, cert + ".key"))
    if "low" in o:
        c.minimum_version = o["low"]
    if "high" in o:
        c.maximum_version = o["high"]
    if o.get("client"):
        c.verify_mode = ssl.CERT_REQUIRED
        c.load_verify_locations(os.path.join(FOLDER, "ca.pem"))
    return c


def contexts():
    v = ssl.TLSVersion
    low = "ALL:@SECLEVEL=0"
    found = {
        "tls_ok": (tls_ok, context("good")),
        "tls_expired": (tls_ok, context("expired")),
        "tls_not_yet": (tls_ok, context("not_yet")),
        "tls_wrong_host": (tls_ok, context("wrong_host")),
        "tls_no_names": (tls_ok, context("no_names")),
        "tls_self_signed": (tls_ok, context("self_signed")),
        "tls_unknown_ca": (tls_ok, context("unknown_ca")),
        "tls_not_a_ca": (tls_ok, context("not_a_ca")),
        "tls_purpose": (tls_ok, context("purpose")),
        "tls_weak_key": (tls_ok, context("weak_key", ciphers=low)),
        "tls_weak_digest": (tls_ok, context("weak_digest", ciphers=low)),
        "tls_expired_wrong": (tls_ok, context("expired_wrong")),
        "tls_chain_64k": (tls_ok, context("chain_64k")),
        "tls_chain_200k": (tls_ok, context("chain_200k")),
        "tls_10_only": (tls_ok, context("good", low=v.TLSv1, high=v.TLSv1,
                                        ciphers=low)),
        "tls_12_only": (tls_ok, context("good", high=v.TLSv1_2)),
        "tls_13_only": (tls_ok, context("good", low=v.TLSv1_3)),
        "tls_no_cipher": (tls_ok, context("good", high=v.TLSv1_2,
                                          ciphers="AES256-SHA@SECLEVEL=0")),
        "tls_client_12": (tls_ok, context("good", client=True,
                                          high=v.TLSv1_2)),
        "tls_client_13": (tls_ok, context("good", client=True,
                                          low=v.TLSv1_3)),
        "tls_truncated": (tls_truncated, context("good")),
        "tls_truncated_endless": (tls_truncated_endless, context("good")),
        "tls_chunk_bad": (tls_chunk_bad, context("good")),
    }
    return found


# --- TLS that is broken below

@raw
async def hello_stalled(peer):
    await peer.hold()


@raw
async def hello_rst(peer):
    await peer.reader.read(4096)
    await peer.reset()


@raw
async def hello_fin(peer):
    await peer.reader.read(4096)
    await peer.fin()


@raw
async def hello_noise(peer):
    await peer.reader.read(4096)
    await peer.send(os.urandom(2048))
    await peer.hold()


@raw
async def hello_http(peer):
    await peer.reader.read(4096)
    await peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    await peer.fin()


@raw
async def hello_alert_name(peer):
    """Fatal unrecognized_name."""
    await peer.reader.read(4096)
    await peer.send(b"\x15\x03\x03\0\2\2\x70")
    await peer.fin()


@raw
async def hello_alert_failure(peer):
    await peer.reader.read(4096)
    await peer.send(b"\x15\x03\x03\0\2\2\x28")
    await peer.fin()


@raw
async def hello_warnings(peer):
    await peer.reader.read(4096)
    await peer.forever(b"\x15\x03\x03\0\2\1\x5a" * 500)


@raw
async def hello_record_huge(peer):
    await peer.reader.read(4096)
    await peer.send(b"\x16\x03\x03\xff\xff" + b"\0" * 70000)
    await peer.hold()


@raw
async def hello_endless(peer):
    """A handshake message of 16 MiB, in good records."""
    await peer.reader.read(4096)
    await peer.send(b"\x16\x03\x03\x40\0\2\xff\xff\xff" + bytes(0x4000 - 4))
    await peer.forever(b"\x16\x03\x03\x40\0" + bytes(0x4000))


async def shaken(peer, cert, write):
    """A real handshake whose bytes write() hands out as it likes."""
    inward, outward = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context(cert).wrap_bio(inward, outward, server_side=True)

    while True:
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            pass
        if outward.pending:
            await write(outward.read())
        data = await peer.reader.read(4096)
        if not data:
            return
        inward.write(data)


@raw
async def hello_dribbled(peer):
    async def write(data):
        for n in range(len(data)):
            await peer.send(data[n:n + 1])
            await asyncio.sleep(0.1)

    await shaken(peer, "good", write)


@raw
async def hello_rst_midway(peer):
    async def write(data):
        await peer.send(data[:len(data) // 2])
        await peer.reset()

    await shaken(peer, "good", write)


@raw
async def hello_stalled_midway(peer):
    async def write(data):
        await peer.send(data[:len(data) // 2])
        await peer.hold()

    await shaken(peer, "good", write)


# --- the loop

def served(name, behaviour):
    async def connection(reader, writer):
        STATS[name]["connections"] += 1
        STATS[name]["open"] += 1
        STATS[name]["most"] = max(STATS[name]["most"], STATS[name]["open"])
        sock = writer.get_extra_info("socket")
        STATS[name].setdefault("to", {})
        to = sock.getsockname()[0].removeprefix("::ffff:")
        STATS[name]["to"][to] = STATS[name]["to"].get(to, 0) + 1
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await behaviour(Peer(name, reader, writer))
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            STATS[name]["open"] -= 1
            writer.close()

    return connection


def listener(backlog=512, port=0):
    s = socket.socket(socket.AF_INET6 if ":" in ADDRESS else socket.AF_INET)
    if ":" in ADDRESS:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # what the kernel takes beyond what the other end reads stays small
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    s.bind((ADDRESS, port))
    s.listen(backlog)
    return s


def never_accept():
    """A listener whose queue is full: the next SYN gets no answer."""
    s = listener(0)
    fill = []
    for _ in range(8):
        c = socket.socket(s.family)
        c.setblocking(False)
        c.connect_ex(s.getsockname())
        fill.append(c)
    return s, fill


async def main():
    the_bomb()
    kept = []

    for table in (PLAIN, RAW):
        for name, behaviour in table.items():
            await start(name, behaviour, None)

    for name, (behaviour, ctx) in contexts().items():
        await start(name, behaviour, ctx)

    for name, port in (extra.split(":") for extra in EXTRA):
        await start(f"{name}_{port}", PLAIN[name], None, int(port))

    full = never_accept()
    kept.append(full)
    PORTS["never_accept"] = full[0].getsockname()[1]

    with open(os.path.join(FOLDER, "ports.new"), "w") as f:
        for name, port in sorted(PORTS.items()):
            f.write(f"{name} {port}\n")
    os.rename(os.path.join(FOLDER, "ports.new"),
              os.path.join(FOLDER, "ports"))

    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(1)


async def start(name, behaviour, ctx, port=0):
    STATS[name] = {"connections": 0, "open": 0, "most": 0, "sent": 0}
    s = listener(port=port)
    PORTS[name] = s.getsockname()[1]
    await asyncio.start_server(served(name, behaviour), sock=s, ssl=ctx,
                               limit=KIB * 128,
                               **({"ssl_handshake_timeout": 60} if ctx
                                  else {}))


def quiet(loop, info):
    """What a connection that was cut leaves behind is no news."""
    if not isinstance(info.get("exception"), (OSError, ssl.SSLError)):
        loop.default_exception_handler(info)


loop = asyncio.new_event_loop()
loop.set_exception_handler(quiet)
loop.run_until_complete(main())
