"""What the scripted person says. Fixed, so that figures of one release can be held against another's."""

from __future__ import annotations

QUESTIONS = (
    "What time is it right now?",
    "I had such a long day at work, and I don't feel like cooking at all.",
    "How are you?",
    "Could you tell me why the sky turns red in the evening?",
    "My sister is getting married in June, and I still have no idea what to give her.",
    "Do you like music?",
    "What is the capital of Portugal?",
    "I've been thinking about learning to play the piano, but I'm afraid that I am too old for it.",
    "Good morning, Samantha.",
    "Can you explain to me what a black hole is, in simple words?",
    "Yes, please.",
    "I just finished a wonderful book about two friends who sail around the world.",
    "What should I have for dinner tonight?",
    "Tell me a joke.",
    "Sometimes I lie awake at night and think about everything I still have to do.",
    "Which one is bigger, an elephant or a blue whale?",
    "My dog ran away this morning, but the neighbours found him in their garden.",
    "Do you ever get bored?",
    "I think it's going to rain.",
    "How far is it from the earth to the moon?",
    "We went to the seaside last weekend, and the water was still far too cold for swimming.",
    "Thank you, that was kind of you.",
    "What would you do if you could travel anywhere you wanted?",
    "Remind me, what did I tell you about my sister?",
)

PAUSED = (
    ("When I came home from work last night,", "the lights were on in every single room."),
    ("If the weather stays like this,", "we could have breakfast in the garden tomorrow."),
    ("I was going to call my mother,", "but then I fell asleep on the sofa."),
    ("Before you answer that,", "let me tell you what really happened."),
    ("My neighbour, who is almost ninety,", "still rides her bicycle to the market."),
    ("I would like to know,", "how long does it take to boil an egg?"),
    ("Because the train was late again,", "I missed the beginning of the film."),
    ("The thing that I like most about autumn", "is the smell of the leaves after the rain."),
    ("I bought some flour, some butter,", "and a big basket of apples."),
    ("Could you tell me,", "what is the longest river in Africa?"),
    ("Although I practised every day,", "I never learned to whistle."),
    ("So I told him that,", "if he really wanted to help, he should bring a ladder."),
    ("On the one hand I want to stay,", "and on the other hand I miss my family."),
    ("My favourite colour used to be", "a very dark shade of green."),
    ("Whenever I hear that old song,", "I have to think of my grandfather."),
    ("What I meant to say was", "that I am really grateful for your help."),
    ("After we had finished the soup,", "the cook came out and sat down with us."),
    ("I know that it sounds strange,", "but I enjoy cleaning the windows."),
    ("The book that you told me about", "was not in the library any more."),
    ("As soon as the children are in bed,", "I am going to take a long bath."),
    ("I wonder whether,", "with a little more time, we could have won."),
    ("Do you remember the little cafe", "next to the old post office?"),
    ("Since you know so much about animals,", "why do cats purr?"),
    ("I went to the doctor on Monday,", "and she told me to drink more water."),
    ("Even if nobody else comes,", "the two of us will have a good time."),
    ("The first time I saw the sea,", "I was already twenty years old."),
    ("If I had to choose between them,", "I would take the one by the window."),
    ("There is one thing", "that I have never told anybody."),
    ("I'm looking for a word that means", "the opposite of lonely."),
    ("While the bread is in the oven,", "could you tell me a short story?"),
    ("My brother says that", "the best time to travel is in September."),
    ("I'd like to plant some roses,", "but the soil here is mostly clay."),
)
"""Sentences that may be paused in the middle; some look finished there, most do not."""

LONG = (
    "Tell me a long story about a lighthouse and its keeper.",
    "Please describe a walk through a forest in as much detail as you can.",
    "Explain to me, step by step, how bread is made.",
    "Tell me everything you know about the moon.",
    "Describe a perfect day by the sea, from the morning to the evening.",
    "Tell me a long story about a fox who wanted to fly.",
    "Explain at length how a bicycle works.",
    "Tell me in detail what makes a good friend.",
)
"""What asks for an answer that is long enough to be interrupted."""

INTERRUPTIONS = (
    "Wait, I want to ask you something else. What is the capital of Spain?",
    "Sorry, can we talk about something different? I would rather hear about music.",
    "Hold on, that is not what I meant. I was asking about the weather.",
    "No, let me tell you what happened to me this morning.",
    "Excuse me, could you tell me what time it is first?",
    "Actually, I have a much better idea. Let's talk about dinner.",
)

BACKCHANNELS = ("Mm-hm.", "Yeah.", "Right.", "Okay.", "Uh-huh.", "I see.")
"""What a person says to somebody who should go on."""
