"""A model server of the OpenAI kind that repeats what it hears and keeps a record of it. Standard library only.

POST /v1/chat/completions, GET /v1/models, and GET /requests: all that came, oldest first. A key that does not begin
with `sk-` is refused; `blind-model` refuses pictures. Directives in the last user message:

    [[fail 429]]                answers with that status
    [[tool NAME {"a": 1}]]      calls the tool, and repeats what it hears once the result is there
    [[chunks 5 200]]            sends five pieces, one every 200 ms
"""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 9099
record = []
lock = threading.Lock()


def text_of(message):
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


def pictures_of(message):
    parts = message.get("content") or []
    return [part["image_url"]["url"] for part in parts if isinstance(part, dict) and "image_url" in part]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *arguments):
        pass

    def do_GET(self):
        if self.path == "/requests":
            with lock:
                return self.reply(200, record)
        self.remember({})
        if self.path == "/v1/models":
            return self.reply(200, {"object": "list", "data": [{"id": "stub-model", "object": "model"}]})
        self.refuse(404)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        self.remember(body)
        if self.path != "/v1/chat/completions":
            return self.refuse(404)
        if not self.headers.get("Authorization", "").startswith("Bearer sk-"):
            return self.refuse(401)
        if body.get("model") == "blind-model" and any(map(pictures_of, body["messages"])):
            return self.refuse(400)
        self.chat(body)

    def remember(self, body):
        with lock:
            record.append({
                "method": self.command, "path": self.path, "key": self.headers.get("Authorization", "")[7:],
                "headers": dict(self.headers), "model": body.get("model"), "stream": bool(body.get("stream")),
                "messages": [[message["role"], text_of(message)] for message in body.get("messages", [])],
                "pictures": [url for message in body.get("messages", []) for url in pictures_of(message)],
                "tools": [tool["function"]["name"] for tool in body.get("tools") or []],
            })

    def chat(self, body):
        messages = body["messages"]
        heard = next((text_of(message) for message in reversed(messages) if message["role"] == "user"), "")
        if found := re.search(r"\[\[fail (\d+)]]", heard):
            return self.refuse(int(found[1]))
        found = re.search(r"\[\[tool (\w+) ({.*})]]", heard, re.DOTALL)
        if found and messages[-1]["role"] != "tool":
            # An id of its own, as a model gives it: agents take calls with the same id for one.
            call = {"id": f"call_{len(record)}", "type": "function", "function": {"name": found[1], "arguments": found[2]}}
            return self.answer(body, [{"tool_calls": [{"index": 0, **call}]}], "tool_calls")
        pieces, pause = re.findall(r"\S+\s*", "You said: " + heard), 0
        if found := re.search(r"\[\[chunks (\d+) (\d+)]]", heard):
            pieces, pause = [f"{number + 1} " for number in range(int(found[1]))], int(found[2]) / 1000
        self.answer(body, [{"content": piece} for piece in pieces], "stop", pause)

    def answer(self, body, deltas, reason, pause=0):
        common = {"id": "chatcmpl-1", "created": int(time.time()), "model": body.get("model")}
        usage = {"prompt_tokens": 3, "completion_tokens": len(deltas), "total_tokens": 3 + len(deltas)}
        if not body.get("stream"):
            message = {"role": "assistant", "content": "".join(delta.get("content", "") for delta in deltas) or None}
            if "tool_calls" in deltas[0]:
                message["tool_calls"] = deltas[0]["tool_calls"]
            choice = {"index": 0, "message": message, "finish_reason": reason}
            return self.reply(200, {**common, "object": "chat.completion", "choices": [choice], "usage": usage})
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
        for choice in [*choices, {"index": 0, "delta": {}, "finish_reason": reason}]:
            self.event({**common, "object": "chat.completion.chunk", "choices": [choice]})
            time.sleep(pause)
        self.event({**common, "object": "chat.completion.chunk", "choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def event(self, value):
        self.wfile.write(b"data: " + json.dumps(value).encode() + b"\n\n")
        self.wfile.flush()

    def refuse(self, status):
        self.reply(status, {"error": {"message": f"refused with {status}", "type": "stub", "code": None}})

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", PORT), Handler).serve_forever()
