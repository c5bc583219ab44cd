"""The plan and status commands beside a server and without one."""

from support.operator import backend


def test_plan_and_status_need_no_secrets_and_change_nothing(own_operator):
    own_operator.start()
    user = own_operator.user()
    assert user.chat("hello").status_code == 200
    before = own_operator.container_of(user)["Id"]
    del own_operator.environment["JWT_SECRET"], own_operator.environment["BOOTSTRAP_ADMIN_PASSWORD"]
    del own_operator.environment["BOOTSTRAP_ADMIN_EMAIL"]
    plan = own_operator.command("plan")
    assert (plan.returncode, plan.stdout) == (0, "Nothing to do.\n")
    assert f"{user.slug}/demo" in own_operator.command("status").stdout
    own_operator.kill()
    own_operator.write_backends([backend("demo", own_operator.prefix, extra_env={"GREETING": "hi"})])
    plan = own_operator.command("plan")
    assert plan.returncode == 2
    assert plan.stdout.startswith(f'recreate {user.slug}/demo: env.GREETING changed from unset to "hi"\n')
    assert own_operator.container_of(user)["Id"] == before


def test_a_plan_without_a_daemon_is_no_plan(own_operator):
    own_operator.start()
    own_operator.kill()
    text = own_operator.stack_file.read_text().replace(own_operator.engine.socket, "/nonexistent/docker.sock")
    own_operator.stack_file.write_text(text)
    plan = own_operator.command("plan")
    assert plan.returncode == 1
    assert "cannot be reached" in plan.stderr and plan.stdout == ""
