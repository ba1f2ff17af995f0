"""What he said is turned round right, and what he asks for is known."""

from __future__ import annotations

import pytest

from samantha.mind.deixis import about, opening, turned, unknown

pytestmark = pytest.mark.unit

TURNED = [
    ("My sister Ruth plays the bassoon and I love it", "your sister Ruth plays the bassoon and you love it"),
    ("I'm a baker.", "you're a baker."),
    ("I’m afraid of spiders.", "you're afraid of spiders."),
    ("i'm afraid of spiders", "you're afraid of spiders"),
    ("I am tired, and I was ill.", "you are tired, and you were ill."),
    ("I've been vegetarian since I was fifteen.", "you've been vegetarian since you were fifteen."),
    ("I wasn't there, but I'll go.", "you weren't there, but you'll go."),
    ("I never was good at it.", "you never were good at it."),
    ("I'd rather stay by myself.", "you'd rather stay by yourself."),
    ("The red bike is mine.", "the red bike is yours."),
    ("Paul gave me his car.", "Paul gave you his car."),
    ("My grandmother taught me to bake bread.", "your grandmother taught you to bake bread."),
    ("Am I right?", "are you right?"),
    ("I think you would love the sea.", "you think I would love the sea."),
    ("You're always kind to me, you're my best listener.", "I'm always kind to you, I'm your best listener."),
    ("I love you.", "you love me."),
    ("I love you very much", "you love me very much"),
    ("I told you about it yesterday.", "you told me about it yesterday."),
    ("You are funny and your voice is lovely.", "I am funny and my voice is lovely."),
    ("I hope you remember it.", "you hope I remember it."),
    ("I like talking to you.", "you like talking to me."),
    ("I want you to know that I'm moving.", "you want me to know that you're moving."),
    ("When you talk, I listen.", "when I talk, you listen."),
    ("I bet you can sing.", "you bet I can sing."),
    ("I named my cat after you.", "you named your cat after me."),
    ("The song you played was great.", "the song I played was great."),
    ("I wish you were here.", "you wish I was here."),
    ("Were you there?", "was I there?"),
    ("I know you aren't human.", "you know I am not human."),
    ("You helped me, and I thank you.", "I helped you, and you thank you."),
    ("My name is Sam. I live in Oslo. My wife is Ingrid.", "your name is Sam. You live in Oslo. Your wife is Ingrid."),
    ('Paul said "I love you" to me.', 'Paul said "I love you" to you.'),
    ("We live in Oslo, and our son plays chess.", "you live in Oslo, and your son plays chess."),
    ("We're getting married in June.", "you're getting married in June."),
    ("You and I, we should talk more.", "I and you, we should talk more."),
    ("Ruth is my sister.", "Ruth is your sister."),
    ("The house belongs to me and my brother.", "the house belongs to you and your brother."),
    ("My grandfather fought in World War I.", "your grandfather fought in World War I."),
    ("I don't like olives.", "you don't like olives."),
    ("Do you know I have a dog?", "Do I know you have a dog?"),
    ("Your favourite colour is green, you said.", "my favourite colour is green, I said."),
    ("I have known you for a year.", "you have known me for a year."),
    ("If I were you I would laugh.", "if you were me you would laugh."),
    ("She's older than me.", "she's older than you."),
    ("I sing better than you do.", "you sing better than I do."),
    ("I'll call you Sam.", "you'll call me Sam."),
    ("Time means nothing to me.", "Time means nothing to you."),
    ("A friend of mine and I went skiing.", "a friend of yours and you went skiing."),
    ("The iPhone is on my desk.", "the iPhone is on your desk."),
    ("Me and Paul went home.", "you and Paul went home."),
]  # fmt: skip

OPENINGS = [
    ("What's my brother's name?", "Your"),
    ("What is my brother called?", "Your"),
    ("Where do I work?", "You"),
    ("When is my birthday?", "Your"),
    ("What's your favourite colour?", "My"),
    ("Where do you live?", "I"),
    ("What instrument does my sister play?", "Your"),
    ("How old am I?", "You"),
    ("How old is my dog?", "Your"),
    ("Which team do I support?", "You"),
    ("Do you remember my sister's name?", "Your"),
    ("Do you remember where I work?", "You"),
    ("Can you tell me what my dog is called?", "Your"),
    ("Samantha, um, what am I allergic to?", "You"),
    ("What's the name of my cat?", "Your"),
    ("Do I play an instrument?", "You"),
    ("How do I take my tea?", "You"),
    ("What did I win at school?", "You"),
    ("I had a long day. Where does my aunt live?", "Your"),
    ("What’s my novel about?", "Your"),
    ("Who is getting married in June?", ""),
    ("Where does Nadia live?", ""),
    ("Could you tell me a story?", ""),
    ("What should I cook?", ""),
    ("How do I get a stain out of my shirt?", ""),
    ("Why is my computer slow?", ""),
    ("Can you help me?", ""),
    ("What do you think of my plan?", ""),
    ("I love my sister.", ""),
    ("", ""),
    ("Tell me about the sea.", ""),
    ("How are you?", ""),
]


@pytest.mark.parametrize(("text", "said"), TURNED)
def test_what_he_said_is_turned_round(text: str, said: str) -> None:
    assert turned(text) == said


@pytest.mark.parametrize(("question", "first"), OPENINGS)
def test_an_answer_begins_with_the_right_person(question: str, first: str) -> None:
    assert opening(question) == first


PERSON = """
What's my brother's name?
What is my sister's job?
Where do I work?
When is my birthday?
when's my birthday
What's my favourite colour?
Do you remember my sister's name?
Do you remember where I live?
Do you remember what I told you about Paul?
Do you still know what my dog is called?
What did I tell you about Nadia?
When did I tell you about the house?
What have I told you about my job?
Did I tell you about my trip?
Have I ever told you where I was born?
Where was I born?
How old is my dog?
What am I allergic to?
What instrument does my sister play?
Where does my aunt live?
Who do I live with?
Which team do I support?
What do I do for a living?
How many siblings do I have?
How many children do I have?
What kind of car do I drive?
What's the name of my cat?
What is my dog called?
Samantha, what's my wife's name?
Um, where did I park the car?
What did I eat yesterday?
Where did I grow up?
Who did I meet on Tuesday?
When is my dentist appointment?
Where are my keys?
What colour is my bike?
How do I take my tea?
What am I scared of?
What am I reading at the moment?
Who am I meeting on Friday?
When am I flying to Rome?
Am I allergic to anything?
Do I have any pets?
Do I play an instrument?
Do I like olives?
Is my sister married?
Does my brother have children?
Can you tell me where I work?
Could you remind me when my appointment is?
What did we talk about yesterday?
What was my first job?
Who is my best friend?
What's my middle name?
How long have I been vegetarian?
Where have I worked before?
What did I win at school?
What's my novel about?
I had a long day. What's my boss called?
Do you know my name?
What languages do I speak?
What did I study?
Where did my parents meet?
What's my cousin's husband called?
When does my daughter start school?
Who is my dentist?
What is my address?
Tell me, what's my favourite film?
How tall am I?
Which school did I go to?
what was my grandmother's name again
When did I move here?
What do I usually have for breakfast?
What kind of music do I like?
Do you remember the story I told you about the boat?
""".strip().splitlines()

SAMANTHA = """
What's your favourite colour?
Where do you live?
What music do you like?
Do you like jazz?
Are you afraid of the dark?
What's your name?
Do you have a sister?
When were you born?
What did you tell me about your dream?
Which book do you love most?
Do you ever sleep?
What are your plans?
""".strip().splitlines()

OTHER = """
Who is getting married in June?
Where does Nadia live?
What's Paul's wife called?
When is Nadia's birthday?
How old is Ruth's son?
Who taught me to bake bread?
What is Ruth allergic to?
Who's coming to dinner on Friday?
Who gave me the watch?
Is Paul married?
What does Nadia do for a living?
Who's pregnant?
""".strip().splitlines()

NOBODY = """
What should I cook?
How do I get a stain out of my shirt?
What's my best option?
Is Rome older than Athens?
Do I have any messages?
Do I drink too much?
What did we talk about?
Can I ask you something?
What are my options?
What's my next step?
Why is my computer slow?
How do I boil an egg?
What do I need for pancakes?
What do I do now?
What do I do if it rains?
Where do I find a good doctor?
Who do I call if the boiler leaks?
What's the capital of France?
Who wrote Hamlet?
Who is the president of France?
How old is the moon?
What time is it?
What day is it today?
What's the weather like?
How are you?
Do you think I should call her?
What do you think?
What do you mean?
Am I right?
Am I boring you?
Am I too old to learn Greek?
Do I look good?
Do I have to go?
Do I need an umbrella?
Do you remember how to tie a tie?
Do you know a good recipe?
Do you know what time it is?
Do you know the capital of Peru?
Do you want to hear a joke?
Can you tell me a story?
Could you tell me what love is?
Tell me something about the sea.
Where am I?
Who am I?
What am I doing wrong?
What did I do wrong?
How did I do?
Why did I say that?
What is my purpose in life?
What's wrong with my car?
Is my code correct?
Is my plan good?
How is my English?
What if my sister says no?
Should I tell my brother?
How should I tell my wife?
What can I give my mother for her birthday?
What would you do?
What would you do if you were me?
I forgot my keys.
My sister is called Ruth.
I love my job.
Where is Paris?
When is Easter?
Where does the sun set?
Where does Santa live?
When was Mozart's birthday?
How much water should I drink?
How many planets are there?
Who invented the telephone?
What's new?
What's up?
Is it raining?
Did you hear that?
Did you understand me?
Can you hear me?
Are you there?
Are you sure?
Are you okay?
What's your opinion?
How can I sleep better?
How do you spell necessary?
What is the meaning of life?
What does my doctor mean by that?
May I say something?
Would you help me?
Could I borrow your ear?
Who was the first man on the moon?
What do you suggest?
Isn't it lovely?
Really?
Which is better, tea or coffee?
What did I miss?
What's my horoscope?
What's my chance of winning the lottery?
How do I know if I'm in love?
How do I tell my sister?
What do I say to her?
What do I get her for Christmas?
Do you know what I mean?
You know what I did?
Guess what I did today!
I wonder what I should do.
How long do I boil potatoes?
How often should I water my plants?
Where can I learn to dance?
Where do I start?
What was I saying?
What were we talking about?
Who cares?
Can you believe it?
What have I done?
What do I have to lose?
How much do I have to pay in tax?
What is my IP address?
Who is your daddy?
Do I make sense?
Do I sound tired?
Is my sister right?
What do I want?
What would my mother say?
Do you mind if I sing?
How do I take a screenshot?
What do I take for a headache?
Where do I keep tomatoes?
What do I write in a cover letter?
""".strip().splitlines()


@pytest.mark.parametrize(
    ("question", "whom"),
    [
        *((question, "person") for question in PERSON),
        *((question, "samantha") for question in SAMANTHA),
        *((question, "other") for question in OTHER),
    ],
)
def test_what_only_memory_knows(question: str, whom: str) -> None:
    assert about(question) == whom


@pytest.mark.parametrize("question", NOBODY)
def test_what_does_not_need_memory(question: str) -> None:
    assert about(question) in (None, "samantha")


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("What's my brother's name?", "your brother's name"),
        ("Samantha, what is my favourite colour?", "your favourite colour"),
        ("Where do I work?", "where you work"),
        ("When is my birthday?", "when your birthday is"),
        ("How old is my dog?", "how old your dog is"),
        ("Which team do I support?", "which team you support"),
        ("How many cats do I have?", "how many cats you have"),
        ("Who is getting married in June?", "that"),
        ("What is my dog called?", "that"),
        ("Where did I park?", "that"),
    ],
)
def test_she_says_what_she_was_not_told(question: str, thing: str) -> None:
    said = unknown(question)
    assert thing in said.lower() or (thing == "that" and "something" in said)
    assert " my " not in said
    assert said == unknown(question)
