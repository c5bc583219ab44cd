import json
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from support.operator import REPOSITORY, Operator
from support.report import pytest_runtest_makereport  # noqa: F401
from upstream import Upstream
from world import Person

AGENTS = ["hermes-agent", "nanobot"]


def shipped_backends():
    """The entries of the repository's backends.json that these tests run."""
    text = (REPOSITORY / "backends.json").read_text()
    entries = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    return [entry for entry in entries if entry["name"] in AGENTS]


@pytest.fixture(scope="session")
def upstream():
    upstream = Upstream(image=shipped_backends()[0]["image"])
    try:
        yield upstream
    finally:
        upstream.close()


@pytest.fixture(scope="session")
def operator(upstream):
    """An operatord with the shipped entries and seeds as they are, but for names and the upstream's network."""
    folder = Path(tempfile.mkdtemp(prefix="operatord-runtimes-"))
    folder.chmod(0o755)
    operator = Operator(folder)
    shutil.copytree(REPOSITORY / "seeds", folder / "seeds", dirs_exist_ok=True)
    for entry in (backends := shipped_backends()):
        entry |= {"container_prefix": f"{operator.prefix}-{entry['name']}", "extra_networks": [upstream.network]}
    operator.write_backends(backends)
    try:
        yield operator.start()
    finally:
        operator.close()
        shutil.rmtree(folder)


@pytest.fixture(scope="session", params=AGENTS)
def agent(request):
    """The name of a backend, each in turn."""
    return request.param


@pytest.fixture(scope="session")
def regular(operator, upstream, agent):
    """Somebody whose agent runs already, for tests that say something to it and no more."""
    person = Person(operator, upstream, agent)
    person.client.set_idle(0, agent)
    person.say("hello")
    yield person
    person.client.stop(agent)


@pytest.fixture
def new_person(operator, upstream):
    """Makes people with an account, an upstream key of their own, and an agent that does not run yet."""
    people = []

    def make(agent):
        people.append(Person(operator, upstream, agent))
        return people[-1]

    yield make
    for person in people:
        person.client.stop(person.agent)


@pytest.fixture
def person(new_person, agent):
    return new_person(agent)
