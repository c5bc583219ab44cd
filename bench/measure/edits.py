"""Edits of a file."""

import time

from support.wait import until

ACTS = ("kill", "stop", "die", "destroy")


def reaction_to_an_edit(operator, number):
    """Milliseconds from a file's saving to the first act on the container, by the daemon's clock."""
    user = operator.user()
    user.say("hello")
    began = time.time()
    operator.edit_backend("demo", extra_env={"EDIT": str(number)})
    saved = time.time()
    acts = until(
        lambda: [at for at, action, _ in operator.events_of(user, began) if action in ACTS], 10, "the first act")
    user.stop()
    return (acts[0] - saved) * 1000
