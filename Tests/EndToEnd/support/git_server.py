"""A repository that is served by git itself, over git:// or over http:// with a password, on loopback."""

import base64
import http.server
import os
import shutil
import signal
import socket
import subprocess
import threading
from pathlib import Path

from .wait import until

ENVIRONMENT = {
    "PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.test", "GIT_COMMITTER_NAME": "t",
    "GIT_COMMITTER_EMAIL": "t@example.test",
}


def git(*arguments, cwd):
    return subprocess.run(
        ["git", *arguments], cwd=cwd, env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout.strip()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class GitServer:
    """`served/config.git`, and `work`, a clone of it to commit in."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.bare = self.folder / "served" / "config.git"
        self.work = self.folder / "work"
        self.bare.mkdir(parents=True)
        git("init", "--quiet", "--bare", "--initial-branch=main", cwd=self.bare)
        git("clone", "--quiet", str(self.bare), str(self.work), cwd=self.folder)
        git("checkout", "--quiet", "-B", "main", cwd=self.work)
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f"git://127.0.0.1:{self.port}/config.git"

    def start(self):
        self.process = subprocess.Popen(
            ["git", "daemon", "--listen=127.0.0.1", f"--port={self.port}", "--reuseaddr", "--export-all",
             f"--base-path={self.bare.parent}", str(self.bare.parent)],
            env=ENVIRONMENT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._answers, 10, "git daemon")
        return self

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def stop(self):
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def commit(self, message="Edit", force=False):
        """Commits what is in `work` and pushes it; the commit's id."""
        git("add", "--all", cwd=self.work)
        git("commit", "--quiet", "--allow-empty", "--message", message, cwd=self.work)
        git("push", "--quiet", *(["--force"] if force else []), "origin", "HEAD:main", cwd=self.work)
        return git("rev-parse", "HEAD", cwd=self.work)


class PasswordedGit:
    """The same repository through `git http-backend`, for who knows the password."""

    def __init__(self, served, password):
        backend = Path(git("--exec-path", cwd=served)) / "git-http-backend"
        assert backend.exists() and shutil.which("git")
        wanted = "Basic " + base64.b64encode(f"git:{password}".encode()).decode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                if self.headers.get("Authorization") != wanted:
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="git"')
                    self.end_headers()
                    return
                path, _, query = self.path.partition("?")
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                reply = subprocess.run([backend], input=body, capture_output=True, env={
                    **ENVIRONMENT, "GIT_PROJECT_ROOT": str(served), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
                    "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": "git",
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")}).stdout
                head, _, content = reply.partition(b"\r\n\r\n")
                fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
                self.send_response(int(fields.pop("Status", "200").split()[0]))
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/config.git"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
