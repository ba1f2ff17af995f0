from __future__ import annotations

import pytest

from samantha.audio.pcm import samples
from samantha.config import Attention as Settings
from samantha.hearing.attention import Attention, Why
from samantha.hearing.callname import CallName
from samantha.ports import Transcript

pytestmark = pytest.mark.unit

CALLED = """
Samantha.
Samantha?
Hey Samantha.
Hey, Samantha!
Hi Samantha, how are you?
Hello, Samantha.
Samantha, what time is it?
Samantha what time is it?
What do you think, Samantha?
What do you think Samantha?
What time is it, Samantha?
What time is it Samantha?
Turn off the lights, Samantha.
Turn off the lights Samantha.
Turn the lights off Samantha.
Okay Samantha, tell me a joke.
So, Samantha, what did you do today?
So Samantha what did you do today?
Tell me, Samantha, what is the capital of France?
I'm home, Samantha.
I'm home Samantha.
Thank you, Samantha.
Thank you Samantha.
Thanks Samantha, that's all.
Good morning, Samantha.
Good night Samantha.
I love you, Samantha.
I love you Samantha.
Samantha, stop.
Stop, Samantha.
Stop Samantha!
Samantha stop.
Samantha, I have a question.
Samantha I have a question.
Samantha, can you hear me?
Samantha can you hear me?
Can you hear me, Samantha?
Can you hear me Samantha?
Are you there, Samantha?
Are you there Samantha?
Samantha, my phone is broken.
It's raining. What should I wear, Samantha?
Well, we could go to the beach or to the mountains. What do you think, Samantha?
Samantha, play some music.
Samantha play some music.
Samantha is it going to rain tomorrow?
Samantha, will the train be late?
Samantha will the train be late?
Samantha, who wrote Hamlet?
Samantha who wrote Hamlet?
Please, Samantha, be quiet.
Please Samantha be quiet.
Samantha, be quiet.
How are you, Samantha?
How are you Samantha?
What's the weather like, Samantha?
What's the weather like Samantha?
Set a timer for ten minutes, Samantha.
Set a timer for ten minutes Samantha.
Could you set a timer, Samantha, for ten minutes?
Samantha, tell John that dinner is ready.
And what about you, Samantha?
I don't know what to cook tonight, Samantha.
Samantha, remind me to call Amanda.
Do you agree, Samantha?
Do you agree Samantha?
What is seven times eight, Samantha?
What is seven times eight Samantha?
Help me, Samantha.
Read it again, Samantha, please.
What is the tallest mountain in the world Samantha?
No, Samantha, that's not what I meant.
Yes Samantha, please do.
Samantha, let's talk.
Samantha let's talk about music.
You know what, Samantha, I had a terrible day.
Samanta, what time is it?
Simantha, are you awake?
Hey Samatha, turn on the light.
Samantha, do you know any good books?
Is it cold outside, Samantha?
Sing me a song Samantha.
Wait, Samantha.
Samantha, wait.
Samantha, are you listening?
How far is the moon Samantha?
Excuse me, Samantha, what day is it?
Why is the sky blue Samantha?
All right, Samantha, good night.
What did you say, Samantha?
What did you say Samantha?
Samantha... what was that song?
Is it raining, Samantha?
Is it raining Samantha?
Tell me something interesting, Samantha.
Tell me something interesting Samantha.
I can't sleep, Samantha.
Pays Samantha, turn off the lights.
What do you think is Samantha?
"""

SPOKEN_OF = """
I told Samantha yesterday.
I told Samantha about it.
Samantha said that it would rain.
Samantha says hello.
Her name is Samantha.
My name is Samantha.
This is Samantha.
That's Samantha.
I'm Samantha.
Is that Samantha?
Who is Samantha?
Where is Samantha?
Have you met Samantha?
Did you invite Samantha?
When did you meet Samantha?
I saw Samantha at the market.
I went there with Samantha.
Samantha's car is red.
That is Samantha's.
Samantha and I went to the movies.
Tom, Samantha and Peter are coming.
Tom, Samantha, and Peter are coming.
Peter and Samantha got married.
Samantha was late again.
Samantha is coming to dinner.
Samantha has two children.
Samantha told me that you were ill.
Samantha likes chocolate.
Samantha never calls.
Samantha went home.
Samantha wants to know if you are free.
Ask Samantha what time it is.
Ask Samantha.
Tell Samantha I said hi.
Call Samantha.
I think Samantha is right.
Do you think Samantha is right?
What did Samantha say?
What does Samantha do for a living?
I asked Samantha if she could come.
I like Samantha.
I love Samantha.
Say hello to Samantha.
He gave the book to Samantha.
It was from Samantha.
My friend Samantha lives in Boston.
My friend, Samantha, lives in Boston.
This is my sister, Samantha.
This is my daughter Samantha.
We call her Samantha.
She is called Samantha.
A girl named Samantha came to the door.
It's about Samantha.
What about Samantha?
If Samantha comes, tell her that I waited.
When Samantha called, I was in the shower.
Because Samantha said so.
You should ask Samantha about that.
I have to call Samantha later.
We were talking about Samantha and her new job.
Samantha, who lives next door, has a dog.
The movie with Samantha was great.
Samantha will be here at six.
Samantha would never do that.
Samantha had a bad day.
Samantha can't come tomorrow.
Samantha doesn't eat meat.
Samantha just left.
Samantha also has one.
Did Samantha call?
Is Samantha home?
Has Samantha eaten yet?
I don't know Samantha.
I haven't seen Samantha since Friday.
You look like Samantha.
She and Samantha are friends.
Let Samantha do it.
Give it to Samantha.
According to Samantha, it is easy.
I met Samantha, and she was lovely.
Yesterday I visited Samantha.
We have a new assistant, Samantha.
The computer is called Samantha.
I bought Samantha a present.
Samantha smiled at him.
Samantha looked out of the window.
Then Samantha left.
And then Samantha said no.
So Samantha asked me to come.
Well, Samantha thinks it is funny.
"""

UNNAMED = """
Amanda, what time is it?
Savannah is in Georgia.
Some man came to the door.
Santa is coming to town.
It is a semantic problem.
Sam and the others are here.
Sam, what time is it?
The summer was hot.
Hey Siri, what time is it?
Alexa, stop.
Somebody said that.
Hey Sam, come here.
Savannah, come here.
Amanda said hello.
Sam and I are going out.
Same and the same again.
So man, the thing is that we lost.
Hey Santa, bring me a bike.
Atlanta, please.
Cinema tickets, please.
Samuel, come here.
Cementa is a word.
A man that I know.
Some are in the house.
Seminar at three.
I am on the phone.
That's a man, though.
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def judged(text: str, language: str = "en", **settings: object) -> Why:
    return Attention(Settings.model_validate(settings)).judge(text, began=0, language=language).why


@pytest.mark.parametrize("text", lines(CALLED))
def test_who_calls_her_is_for_her(text: str) -> None:
    assert judged(text) == "called"


@pytest.mark.parametrize("text", lines(SPOKEN_OF))
def test_who_speaks_of_her_is_not(text: str) -> None:
    assert judged(text) == "spoken-of"


@pytest.mark.parametrize("text", lines(UNNAMED))
def test_what_only_sounds_a_little_like_her_name_is_none(text: str) -> None:
    assert judged(text) == "unnamed"


# --- any name ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Joi", "Joi, are you there?"),
        ("Joi", "Hey Joy, what's up?"),
        ("Ava", "What do you think, Ava?"),
        ("Ava", "Aiva, what time is it?"),
        ("HAL", "Open the pod bay doors, Hal."),
        ("Mary Ann", "Mary Ann, what time is it?"),
        ("Mary Ann", "Good night, Marianne."),
        ("Mary Ann", "Hey Mary-Ann, stop."),
        ("Zoë", "Zoe, play some music."),
        ("Zoë", "What do you think, Zoey?"),
        ("Renée", "Can you hear me, Renee?"),
        ("Søren", "Soren, what day is it?"),
        ("Łucja", "Hey Lucja, good morning."),
        ("Joanna", "Hey Johanna, tell me a joke."),
        ("Katharina", "Catarina, what time is it?"),
        ("Philippa", "Filipa, are you awake?"),
        ("Саша", "Саша, который час?"),
        ("サマンサ", "サマンサ、今何時ですか？"),
        ("サマンサ", "サマンサ今何時ですか？"),
        ("X Æ", "X Æ, wake up."),
    ],
)
def test_any_name_will_do(name: str, text: str) -> None:
    language = "en" if text.isascii() or "Æ" in text else "ru"
    assert judged(text, language, names=(name,)) == "called"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Joi", "Joe, are you there?"),
        ("Joi", "Boy, that was fun."),
        ("Joi", "Enjoy, everyone."),
        ("Ava", "Eva, what time is it?"),
        ("Ava", "Over, and out."),
        ("HAL", "Hill, what a word."),
        ("Mary Ann", "Mary, and then what?"),
        ("Саша", "Маша, который час?"),
    ],
)
def test_a_short_name_must_be_right(name: str, text: str) -> None:
    assert judged(text, names=(name,)) == "unnamed"


def test_she_may_have_several_names() -> None:
    names = ("Samantha", "Sam")
    assert judged("Sam, what time is it?", names=names) == "called"
    assert judged("Samantha, what time is it?", names=names) == "called"


def test_what_her_name_is_misheard_as_may_be_told() -> None:
    assert judged("Some anchor, what time is it?") == "unnamed"
    assert judged("Some anchor, what time is it?", sound_alikes=("some anchor",)) == "called"
    assert judged("Some anger, what time is it?", sound_alikes=("some anchor",)) == "unnamed"


def test_likeness_decides_how_much_mishearing_is_forgiven() -> None:
    assert judged("Sabatha, what time is it?", likeness=100) == "unnamed"
    assert judged("Sabatha, what time is it?", likeness=60) == "called"


@pytest.mark.parametrize(
    "word", ["Samantha", "Samanta", "Simantha", "Semantha", "Samatha", "Summantha", "Sam antha"]
)
def test_a_misheard_name_is_found_where_it_is(word: str) -> None:
    [span] = CallName(["Samantha"], [], 80).find(f"Well, {word}'s here.")
    assert (span.begin, span.end) == (6, 6 + len(word))


def test_what_has_no_letters_sounds_like_nothing() -> None:
    assert judged("Well, what time is it?", sound_alikes=("?!", "")) == "unnamed"


# --- other languages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Samantha, wie spät ist es?", "called"),
        ("Wie spät ist es, Samantha?", "called"),
        ("Wie spät ist es Samantha?", "called"),
        ("Sag mir, Samantha, wie spät es ist.", "called"),
        ("Das ist Samantha.", "spoken-of"),
        ("Ich habe Samantha gestern gesehen.", "spoken-of"),
        ("Samantha ist nett.", "spoken-of"),
    ],
)
def test_where_the_grammar_is_unknown_commas_and_edges_decide(text: str, why: Why) -> None:
    assert judged(text, "de") == why


# --- the window for follow-ups ----------------------------------------------------------------------------


def after(text: str, seconds: float) -> Why:
    """The verdict on `text`, begun so long after she was last engaged, with a window of 8 s."""
    attention = Attention(Settings())
    attention.engage(samples(100.0))
    return attention.judge(text, began=samples(100.0 + seconds)).why


def test_a_follow_up_needs_no_name_until_the_window_closes() -> None:
    assert after("And tomorrow?", 7.9) == "follow-up"
    assert after("And tomorrow?", 8.1) == "unnamed"


def test_whatever_she_does_about_it_keeps_the_window_open() -> None:
    attention = Attention(Settings(follow_up_s=8))
    for second in range(60):
        attention.engage(samples(second))
    assert attention.open(samples(66))
    assert not attention.open(samples(68))


def test_when_the_talk_has_turned_elsewhere_she_must_be_called_again() -> None:
    attention = Attention(Settings())
    attention.engage(0)
    attention.let_go()
    assert not attention.judge("And tomorrow?", began=0).meant
    assert attention.judge("And tomorrow, Samantha?", began=0).meant


def test_a_window_may_be_as_short_as_her_own_words() -> None:
    attention = Attention(Settings(follow_up_s=0))
    attention.engage(1000)
    assert attention.open(1000)
    assert not attention.open(1001)


@pytest.mark.parametrize(
    "text",
    [
        "John, could you pass me the salt?",
        "Hey mum, where are my keys?",
        "Mum, where are you?",
        "Hey John, come here.",
        "Hi Peter.",
        "What do you want for dinner, honey?",
        "Okay guys, let's go.",
        "Come here, sweetheart.",
        "What do you think about it, Peter?",
        "Alexa, stop.",
        "Hey Siri, what time is it?",
        "Rex, come!",
    ],
)
def test_in_the_window_another_name_is_not_hers(text: str) -> None:
    assert after(text, 1) == "called-another"


@pytest.mark.parametrize(
    "text", ["I told Samantha about it.", "Samantha said it would rain.", "Ask Samantha.", "Samantha knows."]
)
def test_in_the_window_who_tells_somebody_of_her_is_not_for_her(text: str) -> None:
    assert after(text, 1) == "spoken-of"


@pytest.mark.parametrize(
    "text",
    [
        "Yes, please.",
        "Okay, tell me more.",
        "Well, I don't know.",
        "Actually, could you repeat that?",
        "Rome, I think.",
        "Paris.",
        "Sorry, what did you say?",
        "Is it in Paris, France?",
        "Honestly, you are funny.",
        "Hey, that's great.",
        "No, I mean the other one.",
        "Why are you called Samantha?",
        "Is Samantha your real name?",
        "My mum is coming tomorrow.",
        "Thanks, you can stop now.",
        "Hello?",
    ],
)
def test_in_the_window_everything_else_is_a_follow_up(text: str) -> None:
    assert after(text, 1) == "follow-up"


# --- the second look --------------------------------------------------------------------------------------


def guess(text: str, logprob: float) -> Transcript:
    return Transcript(text, "en", logprob=logprob)


def test_among_guesses_the_likeliest_that_calls_her_counts() -> None:
    guesses = [
        guess("Good morning, Savannah.", -0.3),
        guess("I met Samantha.", -0.4),
        guess("Good morning, Samantha.", -0.6),
        guess("Good morning, Samantha!", -0.8),
    ]
    assert Attention(Settings()).missed(guesses) is guesses[2]


def test_a_guess_that_means_nothing_is_not_believed() -> None:
    assert Attention(Settings()).missed([guess("Seven.", -0.5), guess("Samantha.", -1.4)]) is None
    assert Attention(Settings()).missed([]) is None


@pytest.mark.parametrize(
    ("text", "logprob", "speech", "doubtful"),
    [
        ("It's a man, though. What time is it?", -0.2, 1.8, True),
        ("Turn on the lights.", -0.5, 1.2, True),
        ("Turn on the lights.", -0.3, 1.2, False),
        ("Turn on the lights.", -0.3, 1.9, True),
        ("Turn on the lights.", -0.3, 9.0, False),
        ("Her conversation has more charms than can be in mere beauty.", -0.1, 3.0, False),
        ("Yes.", -0.2, 0.4, False),
    ],
)
def test_a_second_look_is_for_what_is_unclear_or_sounds_like_her_name_or_lacks_words(
    text: str, logprob: float, speech: float, doubtful: bool
) -> None:
    assert Attention(Settings()).doubtful(guess(text, logprob), speech) is doubtful
