"""The chat model that writes storyboards: the OpenAI-compatible form, one flat body.

Facts: models.yaml qwen-plus and common.openai_compatible_base; the vendor's public page of the OpenAI-compatible
chat call for parameters; its public page of model prices (help.aliyun.com, document 3023262) for the Beijing price.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import Field, Strict

from blocks.catalog.annotations import Text
from blocks.catalog.model import CHAT, Billing, Model
from blocks.catalog.requests import Conflict, Input, Parameters, Part, Request


class Message(Part):
    """One turn of the conversation."""

    role: Literal["system", "user", "assistant"]
    content: Annotated[str, Text()]


class ResponseFormat(Part):
    """The form of the answer."""

    type: Annotated[Literal["text", "json_object"], Field(description="Plain text, or one JSON object.")]


class ChatInput(Input):
    """The conversation so far."""

    messages: Annotated[
        tuple[Message, ...], Strict(False), Len(1), Field(description="Turns, oldest first: role and content.")
    ]

    def conflicts(self) -> Iterator[Conflict]:
        """Somebody asks something."""
        if all(message.role != "user" for message in self.messages):
            yield Conflict("messages", "holds no message of role user", refused=True)


class ChatParameters(Parameters):
    """How the model answers."""

    temperature: Annotated[float, Field(ge=0, lt=2, description="Higher is more varied.")] | None = None
    top_p: Annotated[float, Field(gt=0, le=1, description="Share of likely words to choose from.")] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2, description="Higher repeats less.")] | None = None
    max_tokens: Annotated[int, Field(ge=1, description="Longest answer, in tokens.")] | None = None
    seed: Annotated[int, Field(ge=0, le=2147483647, description="Fixes the random choice.")] | None = None
    stop: Annotated[tuple[str, ...], Strict(False), Field(description="Texts that end the answer.")] | None = None
    response_format: (
        Annotated[ResponseFormat, Field(description="json_object: the answer is JSON; the messages must say JSON too.")]
        | None
    ) = None
    enable_thinking: Annotated[bool, Field(description="Think first; costs more.")] | None = None
    stream: Annotated[Literal[False], Field(description="The answer comes in one piece.")] | None = None
    enable_search: Annotated[bool, Field(description="Let the model search the web.")] | None = None


class Chat(Request):
    """qwen-plus."""

    model: Literal["qwen-plus"] = "qwen-plus"
    input: ChatInput
    parameters: ChatParameters = Field(default_factory=ChatParameters)

    def conflicts(self) -> Iterator[Conflict]:
        """JSON is asked for in words too, or the service refuses."""
        wanted = self.parameters.response_format
        said = any("json" in message.content.lower() for message in self.input.messages)
        if wanted is not None and wanted.type == "json_object" and not said:
            yield Conflict("parameters.response_format", "needs the word JSON in a message", refused=True)

    def body(self) -> dict[str, Any]:
        """The flat, OpenAI-compatible form."""
        said = super().body()
        return {"model": self.model, **said["input"], **said.get("parameters", {})}


MODELS = (
    Model(
        id="qwen-plus",
        family="chat",
        summary="A chat model; writes prompts and storyboards.",
        request=Chat,
        endpoint=CHAT,
        mode="chat",
        kind="text",
        outputs={"text": "text"},
        billing=Billing(
            "token",
            ("prompt_tokens", "completion_tokens"),
            "tokens",
            {"beijing": {"input": Decimal("0.0000008"), "output": Decimal("0.000002")}},
        ),
        regions=("beijing", "singapore", "virginia"),
        typical_seconds=(2.0, 60.0),
        documented="mentioned-only",
        notes=(
            "The price is that of prompts up to 128 thousand tokens without thinking; longer prompts, thinking and "
            "other regions are priced differently and read as unknown.",
            "Streaming, tools and several choices are left out: nothing here reads them.",
        ),
    ),
)
