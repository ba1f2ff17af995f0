"""What a few words over her voice mean."""

from __future__ import annotations

import pytest

from samantha.hearing.interjection import Meaning, meaning

pytestmark = pytest.mark.unit


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


YES = lines(
    """
    Yes.
    Yeah.
    yeah
    Yeah, yeah, yeah.
    Yep!
    Sure.
    Right.
    Right, right.
    Okay.
    OK
    Okay, Samantha.
    Mm-hmm.
    Mhm
    Mm hm.
    Mmhmm.
    Mmm-hmm.
    Uh-huh.
    Uh huh
    Uh-huh, okay.
    Um-hum.
    Exactly.
    Of course.
    That's right.
    Oh yeah.
    Alright.
    All right, sure.
    """
)

ATTENTION = lines(
    """
    Hmm.
    Hm
    Mm.
    Mmmm.
    Oh.
    Ah...
    Ahh, I see.
    Ooh!
    Aw.
    Huh.
    Uh-oh.
    Um.
    I see.
    I see what you mean.
    Really?
    Oh, really?
    Wow.
    Oh wow!
    Whoa.
    No way!
    No kidding.
    Is that so?
    Oh no.
    Oh my God.
    Got it.
    Gotcha.
    Makes sense.
    That makes sense.
    Fair enough.
    Good point.
    Interesting.
    That's interesting.
    Oh, that's so cool.
    How lovely!
    What a shame.
    Oh, nice.
    Thank you.
    Thanks, Samantha.
    """
)

LAUGHTER = lines(
    """
    Ha ha ha.
    Ha ha!
    Hahaha.
    HAHAHA
    Hahahahaha!
    Haha, yeah.
    Haha, that's funny.
    Heh.
    Heh heh heh.
    Hehehe.
    He he he.
    Ho ho ho!
    Ahahaha.
    Bahaha!
    (laughs)
    [Laughter]
    [LAUGHTER]
    *laughs*
    (coughs)
    [clears throat]
    ...
    """
)

HUSH = lines(
    """
    Stop.
    STOP!
    stop
    Stop, stop, stop.
    Stop it.
    Stop, Samantha.
    Samantha, stop.
    Samantha stopped talking.
    Hey Samantha, stop talking, please.
    Okay, stop.
    Okay stop.
    Yeah, okay, stop.
    No, no, stop.
    Please stop.
    Stop, please.
    Can you stop, please?
    Could you please be quiet?
    You can stop now.
    Just stop there.
    Stop, okay?
    Wait.
    Wait, wait.
    Wait!
    Oh, wait.
    Wait a minute.
    Hold on.
    Hold on a second.
    Hang on.
    One moment, please.
    Just a second.
    Give me a minute.
    Never mind.
    Nevermind.
    Ah, never mind.
    Oh, never mind, thanks.
    Forget it.
    Forget about it.
    Quiet.
    Be quiet.
    Quiet, please.
    Shut up.
    Oh, shut up!
    Shh.
    Shhhhh!
    Shush.
    Hush now.
    Enough.
    That's enough.
    Okay, that's enough for now.
    Okay, thank you, that's enough.
    That'll do.
    That will be all, thank you.
    Not now.
    Cancel.
    Pause.
    Let me think.
    Go on. No, stop.
    """
)

GO_ON = lines(
    """
    Go on.
    Go on, Samantha.
    Please go on.
    Yeah, go on.
    Okay, go on then.
    Sorry, go on.
    I'm sorry, go on.
    Sorry to interrupt, please continue.
    Continue.
    Please continue.
    Could you continue?
    Keep going.
    Keep talking.
    Carry on.
    Carrie-on.
    Go ahead.
    Don't stop.
    No, don't stop!
    No, no, go on.
    Never mind, go on.
    Stop. No, sorry, go on.
    You were saying?
    I'm listening.
    Hahaha, go on.
    """
)

SPEECH = lines(
    """
    No.
    No, no.
    Nope.
    Why?
    What?
    Huh?
    Hmm?
    Please.
    Sorry?
    Sorry.
    Samantha.
    Samantha?
    Hey, Samantha.
    Well,
    But
    Wait, what?
    Wait, what about tomorrow?
    Wait, really?
    Stop by the store on your way.
    Stop the timer.
    Stop listening to me and call my mother.
    Hold on to the receipt.
    Hold the door.
    Yeah, but I think it is too late.
    Yeah, I think so.
    Right, so what should I do?
    Okay, and what happens then?
    Okay, now tell me about Rome.
    Really, how does that work?
    I see a dog.
    That makes sense, but why?
    Go on a diet with me.
    Go ahead and book it.
    Continue the story about the fox.
    Keep going to the left.
    Enough of the history, what is it like today?
    Never mind the weather, what time is it?
    Shut up and dance is a song.
    He said ha.
    He had a hat.
    Oh, can you say that again?
    No way, that cannot be true.
    What time is it?
    Actually, tell me about Paris.
    """
)


def wrong(texts: list[str], meant: Meaning, *, asked: bool = False) -> dict[str, Meaning]:
    return {text: told for text in texts if (told := meaning(text, asked=asked)) != meant}


@pytest.mark.parametrize(
    ("texts", "meant"),
    [
        (YES, "backchannel"),
        (ATTENTION, "backchannel"),
        (LAUGHTER, "laughter"),
        (HUSH, "hush"),
        (GO_ON, "go-on"),
        (SPEECH, "speech"),
    ],
)
def test_what_is_said_over_her_voice_means(texts: list[str], meant: Meaning) -> None:
    assert not wrong(texts, meant)


def test_yes_is_an_answer_when_she_had_asked() -> None:
    assert not wrong([*YES, "Haha, yeah."], "speech", asked=True)


@pytest.mark.parametrize(
    ("texts", "meant"),
    [
        (["Hmm.", "Wow.", "I see.", "Oh no."], "backchannel"),
        (["Ha ha ha.", "(coughs)"], "laughter"),
        (HUSH, "hush"),
        (GO_ON, "go-on"),
        (SPEECH, "speech"),
    ],
)
def test_what_is_no_answer_means_the_same_when_she_had_asked(texts: list[str], meant: Meaning) -> None:
    assert not wrong(texts, meant, asked=True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Hahaha.", "laughter"),
        ("(lacht)", "laughter"),
        ("Okay.", "speech"),
        ("Stop!", "speech"),
        ("Ja, ja.", "speech"),
    ],
)
def test_of_other_languages_only_laughter_is_known(text: str, meant: Meaning) -> None:
    assert meaning(text, language="de") == meant


def test_however_long_it_goes_on_it_is_told_at_once() -> None:
    assert meaning("oh no " * 500 + "but") == "speech"
    assert meaning("oh no okay yeah oh no okay yeah oh no oh but") == "speech"
    for laugh in ("he ", "hee ", "ho "):
        assert meaning(laugh * 500) == "laughter"
        assert meaning(laugh * 40 + "but") == "speech"
        assert meaning(laugh * 3 + "hey") == "speech"
