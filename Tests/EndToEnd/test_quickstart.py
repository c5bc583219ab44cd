"""The commands of the specification's quick start, as printed there, against a fresh instance."""

import os
import subprocess

import pytest
from support.operator import ADMIN, Operator, backend

SEED = "LLM_BASE_URL=${LLM_BASE_URL}\nLLM_API_KEY=${LLM_API_KEY}\nLLM_MODEL=${LLM_MODEL}\n"
VARIABLES = ["LLM_BASE_URL", "LLM_API_KEY", "LLM_MODEL"]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quickstart")
    operator = Operator(folder)
    home = folder / "seeds/openclaw-home"
    home.mkdir()
    (home / "upstream.env").write_text(SEED)
    operator.write_backends([backend(
        "openclaw", operator.prefix, seed_subdir="openclaw-home", mount_target="/home/node",
        templated_files=["upstream.env"], user_overridable_env=VARIABLES)])
    try:
        yield operator.start()
    finally:
        operator.close()


def shell(operator, text):
    """What a line of the quick start prints; it must succeed."""
    environment = {
        "PATH": os.environ["PATH"], "BASE": operator.url, "JAR": str(operator.folder / "admin.jar"),
        "ADMIN_PW": ADMIN["password"]}
    done = subprocess.run(["bash", "-euc", text], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_commands_in_their_order(fresh):
    assert '"ok":true' in shell(fresh, "curl -fsS $BASE/healthz")
    assert '"role":"admin"' in shell(fresh, r"""
        curl -s -c $JAR -H 'Content-Type: application/json' \
        -d "{\"email\":\"admin@local\",\"password\":\"$ADMIN_PW\"}" $BASE/auth/login""")
    for variable, value in zip(VARIABLES, ["https://api.openai.com/v1", "sk-...", "gpt-5-mini"]):
        assert '"ok":true' in shell(fresh, rf"""
            curl -s -X PUT -b $JAR -H 'Content-Type: application/json' \
            -d '{{"value":"{value}","backend":""}}' \
            $BASE/api/me/env-overrides/{variable}""")
    for variable in VARIABLES:
        assert '"shared":true' in shell(fresh, rf"""
            curl -s -X PUT -b $JAR -H 'Content-Type: application/json' \
            -d '{{"shared":true}}' $BASE/api/admin/shared-env/{variable}""")
    started = shell(fresh, "curl -s -X POST -b $JAR $BASE/api/runners/openclaw/start")
    assert '"container_name"' in started
    assert '"stopped":true' in shell(fresh, "curl -s -X DELETE -b $JAR $BASE/api/runners/openclaw")
    assert '"running":true' in shell(fresh, "curl -s -X POST -b $JAR $BASE/api/runners/openclaw/start")
    assert "prepull_status" in shell(fresh, "curl -fsS $BASE/healthz")


def test_a_shared_value_reaches_another_users_home(fresh):
    user = fresh.user()
    assert user.start("openclaw").status_code == 200
    home = fresh.folder / "data/users" / user.slug / "openclaw"
    assert (home / "upstream.env").read_text() == (
        "LLM_BASE_URL=https://api.openai.com/v1\nLLM_API_KEY=sk-...\nLLM_MODEL=gpt-5-mini\n")
