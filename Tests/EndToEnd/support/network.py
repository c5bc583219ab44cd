"""A network between a browser and operatord, which a test may take away."""

import asyncio
import threading
from urllib.parse import urlsplit


class Network:
    """Forwards `url` to operatord. While it is `away` nothing passes in either direction and nobody is told."""

    def __init__(self, operator):
        self.target = urlsplit(operator.url)
        self.loop = asyncio.new_event_loop()
        self.connections = set()
        self.present = asyncio.Event()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        server = self._wait(asyncio.start_server(self._forward, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.come_back()

    def _wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def go_away(self):
        self.loop.call_soon_threadsafe(self.present.clear)

    def come_back(self):
        """Connections of before are gone for good: whoever uses them learns it now."""
        self.loop.call_soon_threadsafe(self._come_back)

    def _come_back(self):
        for writer in list(self.connections):
            writer.transport.abort()
        self.present.set()

    async def _forward(self, reader, writer):
        await self.present.wait()
        try:
            far_reader, far_writer = await asyncio.open_connection(self.target.hostname, self.target.port)
        except OSError:
            writer.transport.abort()
            return
        self.connections |= {writer, far_writer}
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        self.connections -= {writer, far_writer}

    async def _pass(self, reader, writer):
        try:
            while data := await reader.read(65536):
                await self.present.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    def close(self):
        self._wait(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)

    async def _end(self):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
