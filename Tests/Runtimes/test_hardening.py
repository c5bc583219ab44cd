"""The agents work, tools included, with the limits and denials that the shipped entries give them."""

import json

import pytest

# The tool that runs a command, by agent.
SHELL = {"hermes-agent": "terminal", "nanobot": "exec"}
WORKSPACE = {"hermes-agent": "/opt/data/workspace", "nanobot": "/home/nanobot/.nanobot/workspace"}


def test_the_container_is_denied_what_it_needs_not(regular):
    regular.say("hello")
    container = regular.container
    host = container["HostConfig"]
    assert host["CapDrop"] == ["ALL"] and not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["ReadonlyRootfs"]
    assert host["Memory"] == host["MemorySwap"] == 1 << 30
    assert host["PidsLimit"] == 256
    assert container["Config"]["User"] not in ("", "root", "0")


def test_a_tool_runs_and_its_file_is_in_the_home(regular):
    command = f"umask 022; id -un > {WORKSPACE[regular.agent]}/made-by-a-tool; echo tool-says-$((40 + 2))"
    regular.say(directive(SHELL[regular.agent], command=command))

    results = [text for role, text in regular.told("tool-says-42").messages if role == "tool"]
    assert "tool-says-42" in results[-1]
    written = regular.home.joinpath("workspace/made-by-a-tool").read_text().strip()
    assert written == regular.container["Config"]["User"]


@pytest.mark.parametrize("agent", ["hermes-agent"], indirect=True)
def test_a_tool_writes_to_the_temporary_folder_and_not_to_the_program(regular):
    """nanobot's own guard refuses such a command before it runs."""
    regular.say(directive("terminal", command="touch /opt/venv/x; echo tried-$((1 + 1)) > /tmp/t; cat /tmp/t"))
    results = [text for role, text in regular.told("tried-2").messages if role == "tool"]
    assert "Read-only file system" in results[-1]


@pytest.mark.parametrize("agent", ["hermes-agent"], indirect=True)
def test_the_tools_of_a_run_are_told(regular):
    """Hermes tells its tools' progress by events of its own."""
    message = regular.ask(regular.new_conversation(), directive("terminal", command="echo told-$((1 + 1))"))
    assert message["status"] == "complete", message
    assert [tool["name"] for tool in message["tools"]] == ["terminal"], message
    assert message["tools"][0]["status"] == "done"
    assert "told-" in message["tools"][0]["arguments"]


def directive(tool, **arguments):
    return f"[[tool {tool} {json.dumps(arguments)}]]"
