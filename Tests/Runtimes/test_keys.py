"""An edited upstream value reaches the upstream."""

from support.wait import until
from upstream import new_key


def test_a_new_key_recycles_the_runner_and_reaches_the_upstream(person):
    person.say("with the first key")
    before = person.container["Id"]
    old, person.key = person.key, new_key()

    assert person.client.set_value("LLM_API_KEY", person.key) == 1
    person.say("with the second key")

    assert person.container["Id"] != before
    assert person.told("with the second key")
    assert not any("with the second key" in chat.text for chat in person.upstream.chats(old))
    until(lambda: len(person.containers) == 1, 10, "the old container to go")


def test_a_new_model_reaches_the_upstream(person):
    person.say("with the first model")
    person.client.set_value("LLM_MODEL", "another-model")
    person.say("with the second model")
    assert person.told("with the second model").model == "another-model"


def test_a_key_with_signs_that_configuration_files_dislike(person):
    person.key = "sk-'\"\\$HOME#: {}%<&$(id)"
    person.client.set_value("LLM_API_KEY", person.key)
    person.say("what a key")
    assert person.told("what a key")
