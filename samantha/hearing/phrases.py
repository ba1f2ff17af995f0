"""What Whisper writes into noise, and what people answer; lower case, without punctuation, one a line."""

from __future__ import annotations


def _lines(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.strip().splitlines())


SUBTITLES = _lines(
    """
    thanks for watching
    thank you for watching
    thank you so much for watching
    thank you very much for watching
    thank you all for watching
    thank you guys for watching
    thanks for watching and see you next time
    thank you for watching and see you next time
    thanks for watching and ill see you in the next video
    thanks for listening
    thank you for listening
    please subscribe
    please subscribe to my channel
    please subscribe to our channel
    please like and subscribe
    like and subscribe
    dont forget to subscribe
    dont forget to like and subscribe
    subscribe to my channel
    see you in the next video
    see you next video
    see you in the next one
    ill see you in the next video
    ill see you in the next one
    ill see you next time
    well be right back
    welcome to the show
    welcome to my channel
    welcome back to my channel
    to be continued
    the end
    music
    applause
    vielen dank fürs zuschauen
    danke fürs zuschauen
    bis zum nächsten mal
    das war es für heute
    merci davoir regardé
    merci davoir regardé cette vidéo
    merci davoir regardé la vidéo
    abonnez vous
    noubliez pas de vous abonner
    à bientôt pour une nouvelle vidéo
    gracias por ver
    gracias por ver el video
    gracias por ver el vídeo
    suscríbete
    suscríbete al canal
    grazie per aver guardato
    grazie per la visione
    grazie per aver guardato il video
    iscrivetevi al canale
    obrigado por assistir
    obrigada por assistir
    inscreva se no canal
    bedankt voor het kijken
    tot de volgende keer
    dziękuję za oglądanie
    dzięki za oglądanie
    dziękuję za uwagę
    спасибо за просмотр
    спасибо за внимание
    продолжение следует
    подписывайтесь на канал
    izlediğiniz için teşekkür ederim
    ご視聴ありがとうございました
    チャンネル登録お願いします
    チャンネル登録をお願いします
    请不吝点赞
    请不吝点赞 订阅 转发 打赏支持明镜与点点栏目
    謝謝觀看
    谢谢观看
    谢谢大家观看
    시청해주셔서 감사합니다
    구독과 좋아요 부탁드립니다
    """
)
"""Whole sentences that a person does not say to her."""

CREDITS = (
    "subtitles by",
    "subtitled by",
    "subtitling by",
    "captions by",
    "captioned by",
    "captioning",
    "closed captioning",
    "transcribed by",
    "transcription by",
    "transcript by",
    "translated by",
    "translation by",
    "amara org",
    "wwwmooji",
    "untertitel im auftrag",
    "untertitel von",
    "untertitel der",
    "untertitelung",
    "sous titres",
    "sous titrage",
    "subtítulos por",
    "subtítulos realizados",
    "subtitulado por",
    "sottotitoli",
    "legendas pela",
    "legenda por",
    "ondertiteld door",
    "ondertiteling",
    "napisy stworzone",
    "субтитры",
    "редактор субтитров",
    "字幕",
    "자막",
)
"""Beginnings of the credits that subtitlers leave."""

EVERYDAY = _lines(
    """
    you
    thank you
    thank you so much
    thank you very much
    thanks
    thanks you
    bye
    bye bye
    goodbye
    see you
    see you next time
    okay
    ok
    oh
    ah
    uh
    um
    hm
    hmm
    mm
    mhm
    huh
    so
    and
    the
    i
    im
    yeah
    hi
    hello
    hey
    oh my god
    im sorry
    all right
    alright
    danke
    vielen dank
    tschüss
    merci
    au revoir
    gracias
    adiós
    grazie
    ciao
    obrigado
    obrigada
    tchau
    bedankt
    dank je
    dziękuję
    спасибо
    ありがとうございました
    ありがとうございます
    谢谢
    謝謝
    감사합니다
    """
)
"""Made up out of noise, and said by people every day."""

ANSWERS = _lines(
    """
    yes
    yeah
    yep
    no
    nope
    stop
    wait
    okay
    ok
    please
    thanks
    hey
    hello
    quiet
    enough
    pause
    cancel
    samantha
    what
    who
    why
    how
    when
    where
    which
    ja
    nein
    stopp
    halt
    warte
    bitte
    oui
    non
    arrête
    attends
    sí
    espera
    basta
    aspetta
    não
    pare
    espere
    """
)
"""Words with which a person answers, asks or orders, and which her voice, misheard, hardly turns into."""
