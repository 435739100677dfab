"""The DashScope block: which account at which address; gives an authenticated client."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, HttpUrl, SecretStr, field_validator

from blocks.client import REGIONS, Client
from blocks.client.addresses import normal_base_url


class DashScope(Block):
    """
    Connect to DashScope, the media service of the Wan models, or to a gateway in front of it.

    The key, the region and the models belong together: a key of one region is refused in another.

    Example:
        Load a stored configuration and ask how a task is doing:
        ```python
        from blocks.dashscope import DashScope

        dashscope = DashScope.load("BLOCK_NAME")
        async with dashscope.get_client() as client:
            answer = await client.query("TASK_ID")
        ```
    """

    _block_type_name: ClassVar[str | None] = "DashScope"
    _block_type_slug: ClassVar[str | None] = "dashscope"
    _description: ClassVar[str | None] = (
        "An account of the DashScope media service (the Wan models): its key, and its region or base URL."
    )
    _logo_url: ClassVar[HttpUrl | None] = HttpUrl(
        "https://raw.githubusercontent.com/PrefectHQ/prefect/420d0d6a78bb6df1fc18bcf188fdad43c1d22ea9/assets/block-logos/webhook.png"
    )
    _documentation_url: ClassVar[HttpUrl | None] = HttpUrl("https://help.aliyun.com/zh/model-studio/")

    # A key typed into the wrong field must not come back in an error.
    model_config = ConfigDict(hide_input_in_errors=True)

    api_key: SecretStr | None = Field(
        default=None,
        title="API key",
        description="The account's API key (it begins with sk-). Leave it empty for a gateway that needs none.",
    )
    region: Literal["beijing", "singapore", "virginia"] = Field(
        default="beijing",
        title="Region",
        description="The region the key was made in. Ignored when a base URL is given.",
    )
    base_url: str | None = Field(
        default=None,
        title="Base URL",
        description="Another address: a gateway's or workspace's base URL, its path included. It overrides the region.",
        examples=["https://gateway.example.com/qwen/api/v1"],
    )

    @field_validator("base_url")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        return normal_base_url(value) if value and value.strip() else None

    @property
    def address(self) -> str:
        """The base URL in use: the given one, or the region's."""
        return self.base_url or REGIONS[self.region]

    def get_client(self) -> Client:
        """Return a client of this account; close it with ``aclose()`` or ``async with``."""
        return Client(self.address, self.api_key)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self | None:
        """Read ``DASHSCOPE_API_KEY`` and ``DASHSCOPE_BASE_URL``.

        Args:
            environment: the process's own by default.

        Returns:
            The connection, or None when neither is set.

        Raises:
            ValueError: the base URL is no http(s) address.
        """
        variables = os.environ if environment is None else environment
        key = variables.get("DASHSCOPE_API_KEY", "").strip()
        base_url = variables.get("DASHSCOPE_BASE_URL", "").strip()
        if not key and not base_url:
            return None
        return cls(api_key=SecretStr(key) if key else None, base_url=base_url or None)
