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


def test_the_plan_of_a_checkout_with_a_new_pin_starts_nothing(own_operator, tmp_path):
    own_operator.start()
    user = own_operator.user()
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    text = own_operator.stack_file.read_text()
    (checkout / "stack.yaml").write_text(f"{text}pinned: [{{user: {user.slug}, backend: demo, ttl: never}}]\n")
    (checkout / "backends.json").write_text(own_operator.backends_file.read_text())
    (checkout / "seeds").mkdir()
    plan = own_operator.run(
        "plan", "--config", str(checkout / "stack.yaml"), "--against", str(own_operator.stack_file))
    assert plan.returncode == 2, plan.stderr
    assert f"create {user.slug}/demo: no container" in plan.stdout
    assert own_operator.command("reconcile").returncode == 0
    assert own_operator.command("plan").stdout == "Nothing to do.\n"
    assert not own_operator.containers_of(user)
