import shutil
import tempfile

import pytest
from support.browser import Browser
from support.operator import Operator, backend
from support.private_engine import PrivateEngine
from support.report import pytest_runtest_makereport  # noqa: F401


def demo_backends(prefix):
    """One agent that works, and one for each way not to."""
    return [
        backend("demo", prefix, extra_models=["demo/main"], session_header="X-Session-Id"),
        backend("slow", prefix, extra_env={"DEMO_START_DELAY": "2s"}),
        backend("crash", prefix, extra_env={"DEMO_CRASH": "1"}),
        backend("unready", prefix, extra_env={"DEMO_NEVER_READY": "1"}, startup_timeout_seconds=2),
        # Nothing listens on port 1: the pull fails at once.
        backend("missing", prefix, image="127.0.0.1:1/nowhere/agent:1"),
    ]


@pytest.fixture(scope="session")
def operator():
    """An operatord that tests share; each makes users of its own."""
    folder = tempfile.mkdtemp(prefix="operatord-e2e-")
    operator = Operator(folder)
    operator.write_backends(demo_backends(operator.prefix))
    try:
        yield operator.start()
    finally:
        operator.close()
        shutil.rmtree(folder)


@pytest.fixture
def own_operator(tmp_path):
    """An operatord of one test, not started, for tests that stop it or change its files."""
    operator = Operator(tmp_path)
    try:
        yield operator
    finally:
        operator.close()


@pytest.fixture
def operator_on_private_engine(tmp_path):
    """An operatord with a daemon of its own, which a test may stop without disturbing anybody."""
    engine = PrivateEngine()
    try:
        engine.start()
        operator = Operator(tmp_path, engine=engine)
        try:
            yield operator.start()
        finally:
            if engine.process.poll() is not None:
                engine.start()
            operator.close()
    finally:
        engine.close()


@pytest.fixture(scope="session")
def browser():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def person(browser, operator):
    """Somebody with a browser, not signed in. Their pages must stay free of script errors and policy violations."""
    person = browser.person(operator)
    yield person
    person.close()
