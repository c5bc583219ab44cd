import pytest
from support.report import pytest_runtest_makereport  # noqa: F401
from world import AGENTS, Person, World


@pytest.fixture(scope="session")
def world():
    with World() as world:
        yield world


@pytest.fixture(scope="session")
def operator(world):
    return world.operator


@pytest.fixture(scope="session", params=AGENTS)
def agent(request):
    """The name of a backend, each in turn."""
    return request.param


@pytest.fixture(scope="session")
def regular(world, agent):
    """Somebody whose agent runs already, for tests that say something to it and no more."""
    person = Person(world, agent)
    person.client.set_idle(0, agent)
    person.say("hello")
    yield person
    person.client.stop(agent)


@pytest.fixture
def new_person(world, operator):
    """Makes people whose agent does not run yet."""
    people = []

    def make(agent):
        people.append(Person(world, agent))
        return people[-1]

    yield make
    for person in people:
        person.client.stop(person.agent)


@pytest.fixture
def person(new_person, agent):
    return new_person(agent)
