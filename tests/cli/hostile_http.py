# SPDX-License-Identifier: MIT
"""Answers of a metadata service that is no good, or odd: tables."""

import gzip

from .hostile_documents import PLAIN
from .http_answers import drip, flood, hold

BODY = PLAIN.read_bytes()
STATUS = b"HTTP/1.1 %s\r\nConnection: close\r\n"
OK = STATUS % b"200 OK"
GOOD = OK + b"\r\n" + BODY
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
FIELDS = b"X: 0123456789abcdef\r\n" * 100
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def with_status(status, *fields):
    lines = b"".join(b"%s\r\n" % field.encode() for field in fields)
    return STATUS % status.encode() + lines + b"\r\n" + BODY


def with_fields(*fields, body=BODY):
    return OK + b"".join(b"%s\r\n" % field for field in fields) + b"\r\n" + body


INVALID = "not valid JSON near byte"
LARGE = "the answer is larger than 8388608 bytes"
LONG_HEADER = "the answer's header is larger than 65536 bytes"
# Refused after one request; what is said of it.
REFUSED = {
    "empty": (OK + b"Content-Length: 0\r\n\r\n", f"{INVALID} 0 of 0"),
    "empty-at-the-end": (OK + b"\r\n", f"{INVALID} 0 of 0"),
    "header-cut-short": (OK, f"{INVALID} 0 of 0"),
    "length-too-short": (with_fields(b"Content-Length: 10"), f"{INVALID} 9 of 10"),
    "length-twice": (
        with_fields(b"Content-Length: %d" % len(BODY), b"Content-Length: 3"),
        f"{INVALID} 2 of 3",
    ),
    "gzip-not-asked-for": (
        with_fields(b"Content-Encoding: gzip", body=gzip.compress(BODY, mtime=0)),
        INVALID,
    ),
    "gzip-bomb-in-transfer": (
        with_fields(b"Transfer-Encoding: gzip", body=gzip.compress(b" " * (64 << 20))),
        LARGE,
    ),
    "html": (with_fields(b"Content-Type: text/html", body=b"<html>\x1b[2J</html>"), INVALID),
    "html-as-json": (with_fields(b"Content-Type: application/json", body=b"<p>"), INVALID),
    "utf-16": (with_fields(body=BODY.decode().encode("utf-16")), INVALID),
    "invalid-utf-8": (with_fields(body=BODY.replace(b"53:01", b"\xff\x9b2J")), "interfaces[0].mac"),
    "escape-sequence": (with_fields(body=BODY.replace(b"53:01", b"\x1b[2J")), "interfaces[0].mac"),
    "two-documents": (with_fields(body=BODY + BODY), INVALID),
    "more-chunks": (CHUNKED + chunk(BODY) + chunk(b"x") + b"0\r\n\r\n", INVALID),
    "large-and-said-so": (with_fields(b"Content-Length: 9000000", body=b" " * 9000000), LARGE),
    "large-without-a-word": (with_fields(body=b" " * 9000000), LARGE),
    "large-by-a-byte": (with_fields(body=b" " * ((8 << 20) + 1)), LARGE),
    "endless": (flood(OK + b"\r\n", b" " * 10000), LARGE),
    "endless-chunks": (flood(CHUNKED, chunk(b" " * 10000)), LARGE),
    "endless-document": (flood(OK + b'\r\n{"x": [', b"0," * 5000), LARGE),
    "endless-fields": (flood(OK, FIELDS), LONG_HEADER),
    "endless-trailers": (flood(CHUNKED + chunk(BODY) + b"0\r\n", FIELDS), LONG_HEADER),
    "endless-interim-answers": (flood(b"", INTERIM * 100), LONG_HEADER),
    "header-of-a-mebibyte": (with_fields(*[b"X: 0123456789abcdef"] * 50000), LONG_HEADER),
}
# The status alone decides, whatever comes with it.
STATUSES = [
    "101 Switching Protocols",
    "201 Created",
    "202 Accepted",
    "203 Non-Authoritative Information",
    "204 No Content",
    "205 Reset Content",
    "206 Partial Content",
    "300 Multiple Choices",
    "304 Not Modified",
    "400 Bad Request",
    "401 Unauthorized",
    "403 Forbidden",
    "404 Not Found",
    "407 Proxy Authentication Required",
    "410 Gone",
    "418 \x1b[2J",
]
REDIRECTS = [301, 302, 303, 307, 308]
# URL is put in: of another server.
TARGETS = [
    "URL",
    "URL/v1.json",
    "//HOST/v1.json",
    "/v1.json",
    "file:///etc/passwd",
    "gopher://HOST/",
]

# Asked again: a good document then is taken.
REPEATED = {
    "closed-at-once": b"",
    "no-http": b"SSH-2.0-OpenSSH_9.2\r\n",
    "http-0.9": BODY,
    "http-9.9": GOOD.replace(b"1.1", b"9.9", 1),
    "status-of-two-digits": with_status("20 OK"),
    "status-of-four-digits": with_status("2000 OK"),
    "status-of-letters": with_status("abc"),
    "blank-lines-first": b"\r\n\r\n" + GOOD,
    "header-with-a-nul": with_fields(b"X: a\0b"),
    "name-with-a-nul": with_fields(b"X\0Y: a"),
    "header-without-a-colon": with_fields(b"garbage \x1b[2J"),
    "field-of-200-kb": with_fields(b"X: " + b"y" * 200_000),
    "length-negative": with_fields(b"Content-Length: -5"),
    "length-of-letters": with_fields(b"Content-Length: abc"),
    "length-too-long": with_fields(b"Content-Length: %d" % (len(BODY) + 1)),
    "chunks-cut": CHUNKED + chunk(BODY),
    "chunk-cut": CHUNKED + b"%x\r\n" % len(BODY) + BODY[:100],
    "chunk-without-a-size": CHUNKED + b"zz\r\n" + BODY,
    "chunk-negative": CHUNKED + b"-1\r\n" + BODY,
    "chunk-beyond-64-bits": CHUNKED + b"f" * 18 + b"\r\n" + BODY,
    "chunk-size-without-an-end": flood(CHUNKED, b"0" * 1000),
    "chunk-too-long": CHUNKED + b"%x\r\n" % (len(BODY) - 1) + BODY + b"\r\n0\r\n\r\n",
    "transfer-encoding-unknown": with_fields(b"Transfer-Encoding: x"),
    "too-many-requests": with_status("429 Too Many Requests"),
    "too-many-and-when": with_status("429 Too Many Requests", "Retry-After: 86400"),
    "internal-error": with_status("500 Internal Server Error"),
    "bad-gateway": with_status("502 Bad Gateway"),
    "unavailable": with_status("503 Service Unavailable", "Retry-After: 86400"),
    "status-599": with_status("599 \x1b[2J"),
    "status-999": with_status("999 x"),
}
# Taken at once.
ACCEPTED = {
    "plain": GOOD,
    "http-1.0": GOOD.replace(b"1.1", b"1.0", 1),
    "newlines-alone": GOOD.replace(b"\r\n", b"\n"),
    "chunks": CHUNKED + chunk(BODY) + b"0\r\n\r\n",
    "chunks-of-a-byte": CHUNKED + b"".join(chunk(b"%c" % byte) for byte in BODY) + b"0\r\n\r\n",
    "chunks-with-extensions": CHUNKED
    + b"%x;x=\x1b[2J\r\n" % len(BODY)
    + BODY
    + b"\r\n0;y\r\n\r\n",
    "chunks-with-trailers": CHUNKED + chunk(BODY) + b"0\r\nX: \x1b[2J\r\nDate: x\r\n\r\n",
    "chunks-in-spite-of-a-length": with_fields(
        b"Content-Length: 3", b"Transfer-Encoding: chunked", body=chunk(BODY) + b"0\r\n\r\n"
    ),
    "length-beyond-64-bits": with_fields(b"Content-Length: 99999999999999999999999"),
    "gzip-in-name-only": with_fields(b"Content-Encoding: gzip"),
    "unknown-coding": with_fields(b"Content-Encoding: \x1b[2J"),
    "wrong-type": with_fields(b"Content-Type: image/png"),
    "no-type": with_fields(b"Content-Type:"),
    "escape-in-a-field": with_fields(b"Server: \x1b]0;owned\x07"),
    "folded-field": with_fields(b"X: a", b"  b"),
    "hostile-date": with_fields(b"Date: Fri, 99 Xxx 99999 99:99:99 \x1b[2J"),
    "a-way-elsewhere": with_fields(
        b"Location: http://127.0.0.1:1/", b"Refresh: 0;url=file:///etc/passwd"
    ),
    "cookies-and-more": with_fields(
        b"Set-Cookie: a=b; Domain=.com",
        b'Alt-Svc: h2="127.0.0.1:1"',
        b"Strict-Transport-Security: x",
    ),
    "interim-answers": INTERIM * 10 + GOOD,
    "early-hints": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + GOOD,
    "byte-order-mark": with_fields(body=b"\xef\xbb\xbf" + BODY),
    "sixty-kilobytes-of-fields": with_fields(*[b"X: 0123456789abcdef"] * 2800),
}

# Nothing good ever comes, as slowly as it may: given up at the deadline.
FOR_EVER = {
    "silence": hold,
    "a-header-of-one-byte-a-second": drip(b"", [b"H", b"T", b"T", b"P"], 1),
    "fields-of-one-byte-a-second": drip(OK, [b"X", b":", b"y", b"\r\n"], 1),
    "a-body-of-one-byte-a-second": drip(OK + b"\r\n", [b" "], 1),
    "a-document-of-one-byte-a-second": drip(OK + b"\r\n", [bytes([b]) for b in BODY], 1),
    "chunks-of-one-byte-a-second": drip(CHUNKED, [chunk(b" ")], 1),
    "interim-answers-now-and-then": drip(b"", [INTERIM], 1),
    "a-length-that-never-comes": drip(with_fields(b"Content-Length: 99999"), [b""], 1),
    "cut-short": with_fields(b"Content-Length: 99999"),
    "http-0.9": BODY,
    "internal-error": with_status("500 Internal Server Error"),
    "closed-at-once": b"",
}
