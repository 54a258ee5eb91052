"""Asks for one page as often as it can be had: `python -m bench._load PORT PATH SECONDS LINES`; prints how often it was.

One process that asks anew on each line when the last answer is whole, over connections that stay open where the server
lets them. Anything but 200 ends it. It takes processor time from the server beside it, most from the fastest.
"""

from __future__ import annotations

import asyncio
import sys
import time


async def line(port: int, request: bytes, end: float) -> int:
    """One line; returns how many answers it had."""
    count, writer = 0, None
    while time.perf_counter() < end:
        if writer is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise SystemExit(f"was answered {head[:40]!r}")
        await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        count += 1
        if b"connection: close" in head:
            writer.close()
            writer = None
    if writer is not None:
        writer.close()
    return count


async def load(port: int, path: str, seconds: float, lines: int) -> float:
    """Answers a second."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    begun = time.perf_counter()
    counts = await asyncio.gather(*(line(port, request, begun + seconds) for _ in range(lines)))
    return sum(counts) / (time.perf_counter() - begun)


if __name__ == "__main__":
    port_, path_, seconds_, lines_ = sys.argv[1:]
    print(asyncio.run(load(int(port_), path_, float(seconds_), int(lines_))))
