"""Her mind, voice and ears in the shapes of OpenAI's API, for every program that knows it."""

from samantha.service.openai.endpoints import routes

__all__ = ["routes"]
