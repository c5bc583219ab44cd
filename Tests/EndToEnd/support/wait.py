"""Waiting for a condition instead of for a time."""

import time


def until(condition, within=10.0, what="the condition"):
    """The first true value of `condition()`; fails when there is none in time."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not come true within {within} s"
        time.sleep(0.02)
