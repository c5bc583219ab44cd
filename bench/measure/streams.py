"""Many streams at once, read from raw sockets: what arrives is stamped before it is looked at."""

import asyncio
import json
import re
import time

from .process import resident_megabytes

SENT = re.compile(rb'"sent_us":(\d+)')


class Stream(asyncio.Protocol):
    """One request; `pieces` are (monotonic microseconds, bytes) as they arrived."""

    def __init__(self, done):
        self.done = done
        self.pieces = []
        self.asked = None
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport

    def ask(self, request):
        self.asked = now()
        self.transport.write(request)

    def data_received(self, data):
        self.pieces.append((now(), data))
        if b"[DONE]" in data:
            self.finish()

    def connection_lost(self, _):
        self.finish()

    def finish(self):
        if not self.done.done():
            self.done.set_result(None)
            self.transport.close()

    def chunks(self):
        """(arrived, sent) of each chunk, in microseconds. One that was cut arrives with its last piece."""
        text, chunks, position = b"", [], 0
        for arrived, data in self.pieces:
            text += data
            end = text.rfind(b"\n\n") + 2
            if end > position:
                chunks += [(arrived, int(sent)) for sent in SENT.findall(text, position, end)]
                position = end
        return chunks


def now():
    return time.monotonic_ns() // 1000


def measure(way, count, chunks, interval_ms):
    """First-chunk times and latenesses in milliseconds, and the largest resident memory of the way's process."""
    return asyncio.run(run(way, count, chunks, interval_ms))


async def run(way, count, chunks, interval_ms):
    loop = asyncio.get_running_loop()
    streams = []
    for _ in range(count):
        done = loop.create_future()
        _, stream = await loop.create_connection(lambda done=done: Stream(done), way.host, way.port)
        streams.append(stream)
    body = json.dumps({
        "model": "demo", "stream": True,
        "messages": [{"role": "user", "content": f"[[chunks {chunks} {interval_ms}ms]]"}]}).encode()
    request = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {way.host}\r\n{way.header[0]}: {way.header[1]}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
    for stream in streams:
        stream.ask(request)
    memory = 0
    pending = asyncio.gather(*(stream.done for stream in streams))
    while not pending.done():
        await asyncio.wait([pending], timeout=0.5)
        memory = max(memory, resident_megabytes(way.pid))
    received = [stream.chunks() for stream in streams]
    for stream, got in zip(streams, received):
        assert len(got) == chunks, f"{way.name}: {len(got)} of {chunks} chunks: {stream.pieces[:1]}"
    first = [(got[0][0] - stream.asked) / 1000 for stream, got in zip(streams, received)]
    late = [(arrived - sent) / 1000 for got in received for arrived, sent in got]
    return first, late, memory
