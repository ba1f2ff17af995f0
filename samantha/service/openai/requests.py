"""What clients may ask for. Fields that change nothing here are ignored; what cannot be done is refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from samantha.audio.codecs import Format

Name = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=500_000)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class TextPart(_Request):
    """A part of a message; images, sound and files cannot be understood."""

    type: Literal["text"]
    text: Text


class ChatMessage(_Request):
    """One message; a developer's is a system's."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Text | Annotated[list[TextPart], Field(min_length=1, max_length=100)]

    @property
    def text(self) -> str:
        """All of its text."""
        return (
            self.content if isinstance(self.content, str) else "\n".join(part.text for part in self.content)
        )


class StreamOptions(_Request):
    """What a stream also tells."""

    include_usage: bool = False


class ChatRequest(_Request):
    """POST /v1/chat/completions."""

    model: Name = "samantha"
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=1000)]
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    stop: (
        Annotated[str, Field(max_length=200)]
        | Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=4)]
        | None
    ) = None
    n: Literal[1] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: Any = None
    functions: Any = None
    logprobs: Any = None
    audio: Any = None
    modalities: list[str] | None = None
    response_format: dict[str, Any] | None = None

    @field_validator("tools", "functions", "logprobs", "audio")
    @classmethod
    def _cannot(cls, asked: Any) -> None:
        if asked:
            raise ValueError("she cannot do this")

    @field_validator("modalities")
    @classmethod
    def _only_text(cls, asked: list[str] | None) -> list[str] | None:
        if set(asked or ()) - {"text"}:
            raise ValueError("she answers in text here, and speaks at /v1/audio/speech")
        return asked

    @field_validator("response_format")
    @classmethod
    def _plain(cls, asked: dict[str, Any] | None) -> dict[str, Any] | None:
        if asked and asked.get("type") != "text":
            raise ValueError("she answers in plain text only")
        return asked

    @field_validator("messages")
    @classmethod
    def _to_be_answered(cls, asked: list[ChatMessage]) -> list[ChatMessage]:
        if asked[-1].role == "assistant":
            raise ValueError("the last message should be one that she can answer")
        return asked

    @property
    def stops(self) -> list[str]:
        """Where the answer ends."""
        return [self.stop] if isinstance(self.stop, str) else self.stop or []


class SpeechRequest(_Request):
    """POST /v1/audio/speech. Any voice means hers."""

    model: Name = ""
    input: Annotated[str, Field(min_length=1, max_length=4096)]
    voice: Name | dict[str, Any] = ""
    response_format: Format = "mp3"
    speed: Annotated[float, Field(ge=0.25, le=4)] = 1.0
    stream_format: Literal["audio", "sse"] = "audio"


class TranscriptionRequest(_Request):
    """POST /v1/audio/transcriptions, but for its file."""

    model: Name = ""
    language: Annotated[str, Field(max_length=20)] = ""
    prompt: Annotated[str, Field(max_length=2000)] = ""
    response_format: Literal["json", "text", "srt", "verbose_json", "vtt"] = "json"
    stream: bool = False
    timestamp_granularities: list[Literal["segment"]] = []
    include: Annotated[list[str], Field(max_length=0)] = []
