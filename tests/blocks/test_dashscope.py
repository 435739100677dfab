"""The DashScope block: its form, its address, and Prefect's own suite for blocks."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from prefect.blocks.core import Block
from prefect.testing.standard_test_suites import blocks as suite
from prefect.testing.standard_test_suites.blocks import BlockStandardTestSuite
from pydantic import SecretStr, ValidationError

from blocks.dashscope import DashScope


class TestStandard(BlockStandardTestSuite):
    """Prefect's public suite, every test of it."""

    @pytest.fixture
    def block(self) -> type[Block]:
        """The block under test."""
        return DashScope

    @pytest.fixture(autouse=True)
    def logo_without_network(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The logo stands on Prefect's own site: the suite gets a square of its size from here instead."""
        picture = io.BytesIO()
        Image.new("RGB", (250, 250)).save(picture, "PNG")

        def served(url: str) -> io.BytesIO:
            assert url.startswith("https://raw.githubusercontent.com/PrefectHQ/prefect/")
            return io.BytesIO(picture.getvalue())

        monkeypatch.setattr(suite, "urlopen", served)


@pytest.mark.parametrize(
    ("fields", "address", "region"),
    [
        ({}, "https://dashscope.aliyuncs.com/api/v1", "beijing"),
        ({"region": "singapore"}, "https://dashscope-intl.aliyuncs.com/api/v1", "singapore"),
        ({"region": "virginia"}, "https://dashscope-us.aliyuncs.com/api/v1", "virginia"),
        ({"base_url": "https://g.example/qwen/api/v1/"}, "https://g.example/qwen/api/v1", "gateway"),
        ({"base_url": "  "}, "https://dashscope.aliyuncs.com/api/v1", "beijing"),
    ],
)
def test_a_base_url_overrides_the_region(fields: dict[str, Any], address: str, region: str) -> None:
    """The region gives the address unless another one is given; the client says where it is."""
    client = DashScope(**fields).get_client()

    assert (client.base_url, client.region) == (address, region)


def test_the_environment_names_a_connection() -> None:
    """A key or a base URL is enough; blanks count as nothing, and nothing gives None."""
    both = DashScope.from_environment(
        {"DASHSCOPE_API_KEY": " sk-123456 ", "DASHSCOPE_BASE_URL": "http://127.0.0.1:1/api/v1"}
    )
    gateway = DashScope.from_environment({"DASHSCOPE_BASE_URL": "https://g.example/qwen/api/v1"})
    key = DashScope.from_environment({"DASHSCOPE_API_KEY": "sk-123456"})

    assert both is not None and both.api_key is not None and both.api_key.get_secret_value() == "sk-123456"
    assert both.address == "http://127.0.0.1:1/api/v1"
    assert gateway is not None and gateway.api_key is None
    assert key is not None and key.address == "https://dashscope.aliyuncs.com/api/v1"
    assert DashScope.from_environment({"DASHSCOPE_API_KEY": " ", "DASHSCOPE_BASE_URL": ""}) is None


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an argument the variables of the process are read."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-from-process")

    found = DashScope.from_environment()

    assert found is not None and found.api_key == SecretStr("sk-from-process")


def test_the_key_is_not_shown() -> None:
    """Neither the block nor an error about it repeats a key, even one typed into the wrong field."""
    block = DashScope(api_key=SecretStr("sk-0123456789"))
    with pytest.raises(ValidationError) as caught:
        DashScope.model_validate({"base_url": "sk-9876543210"})

    assert "0123456789" not in f"{block!r} {block} {block.model_dump_json()}"
    assert "9876543210" not in str(caught.value)
    assert "DASHSCOPE_BASE_URL" in str(caught.value)


async def test_a_saved_block_comes_back_whole(prefect_server: str) -> None:
    """Saved on a Prefect server and loaded by name, it connects to the same account."""
    block = DashScope(api_key=SecretStr("sk-0123456789"), base_url="https://g.example/qwen/api/v1")
    await block.asave("round-trip", overwrite=True)

    again = await Block.aload("dashscope/round-trip")

    assert isinstance(again, DashScope)
    assert again.get_client().account == block.get_client().account
    assert again.address == "https://g.example/qwen/api/v1"


def test_the_logo_is_an_address_the_server_takes() -> None:
    """Prefect's API takes only http(s) logos; the suite's own test reads it without network here."""
    assert str(DashScope._logo_url).startswith("https://")
