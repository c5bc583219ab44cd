"""Conversations and users are kept apart, and what is told in one stays in it."""


def test_two_conversations_of_one_user(regular):
    regular.say("the word is APPLE", conversation="first")
    regular.say("the word is BANANA", conversation="second")

    regular.say("which one now?", conversation="first")
    first = regular.told("which one now?")
    assert "APPLE" in first.text and "BANANA" not in first.text

    regular.say("and which here?", conversation="second")
    second = regular.told("and which here?")
    assert "BANANA" in second.text and "APPLE" not in second.text


def test_a_request_without_a_conversation_joins_none(regular):
    regular.say("the word is CHERRY", conversation="named")
    regular.say("no name given")
    assert "CHERRY" not in regular.told("no name given").text


def test_two_users_with_the_same_conversation_name(new_person, agent):
    alice, bob = new_person(agent), new_person(agent)
    alice.say("the word is APPLE", conversation="same")
    bob.say("do you know a word?", conversation="same")
    assert "APPLE" not in bob.told("do you know a word?").text
    assert alice.container["Id"] != bob.container["Id"]
    assert alice.home != bob.home


def test_a_name_of_any_script(regular):
    regular.say("the word is APPLE", conversation="談話 / ü?")
    regular.say("still there?", conversation="談話 / ü?")
    assert "APPLE" in regular.told("still there?").text


def test_conversations_of_the_page(regular):
    """Runs name the session after the conversation."""
    one, two = (regular.new_conversation() for _ in range(2))
    assert "You said: the word is APPLE" in regular.ask(one, "the word is APPLE")["content"]
    regular.ask(two, "anything about a word?")
    assert "APPLE" not in regular.told("anything about a word?").text
    regular.ask(one, "which word?")
    assert "APPLE" in regular.told("which word?").text
