"""docs/openapi.yaml: what the API says of itself."""

from dataclasses import dataclass
from functools import cache

import yaml

from .operator import REPOSITORY

METHODS = ("get", "post", "put", "patch", "delete")


@cache
def document():
    return yaml.safe_load((REPOSITORY / "docs/openapi.yaml").read_text())


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str

    @property
    def details(self):
        return document()["paths"][self.path][self.method]

    @property
    def is_open(self):
        """Whether it needs no session."""
        return self.details.get("security") == []

    @property
    def is_stream(self):
        return "text/event-stream" in str(self.details["responses"].get("200", "")) and self.method == "get"

    @property
    def example(self):
        """A body that is valid."""
        content = self.details.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("example")

    @property
    def takes_body(self):
        return "requestBody" in self.details

    def __str__(self):
        return f"{self.method.upper()} {self.path}"


def operations():
    return [
        Operation(method, path)
        for path, methods in document()["paths"].items() for method in METHODS if method in methods]
