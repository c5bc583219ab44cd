"""What operatord costs while nothing happens."""

import concurrent.futures
import time

from .process import cpu_seconds


def cpu_share(operator, runners, seconds):
    """Of one core, with so many runners that nobody uses; the time covers at least two timed passes of 30 s."""
    users = [operator.user() for _ in range(runners)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda user: user.say("hello"), users))
    passes = operator.passes()
    began, used = time.monotonic(), cpu_seconds(operator.process.pid)
    time.sleep(seconds)
    share = (cpu_seconds(operator.process.pid) - used) / (time.monotonic() - began)
    made = operator.passes() - passes
    for user in users:
        user.stop()
    return share, made
