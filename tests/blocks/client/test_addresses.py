"""Base URLs: regions, workspaces, gateways, and the chat call beside them."""

from __future__ import annotations

import pytest

from blocks.client import REGIONS, chat_url, is_loopback, region_of
from blocks.client.addresses import normal_base_url


@pytest.mark.parametrize(
    ("base_url", "region", "chat"),
    [
        (REGIONS["beijing"], "beijing", "https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions"),
        (REGIONS["singapore"], "singapore", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions"),
        (REGIONS["virginia"], "virginia", "https://dashscope-us.aliyuncs.com/compatible-mode/v1/chat/completions"),
        (
            "https://ws-1.cn-beijing.maas.aliyuncs.com/api/v1",
            "beijing",
            "https://ws-1.cn-beijing.maas.aliyuncs.com/compatible-mode/v1/chat/completions",
        ),
        (
            "https://ws-1.ap-southeast-1.maas.aliyuncs.com/api/v1",
            "singapore",
            "https://ws-1.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1/chat/completions",
        ),
        (
            "https://ws-1.eu-central-1.maas.aliyuncs.com/api/v1",
            "custom",
            "https://ws-1.eu-central-1.maas.aliyuncs.com/compatible-mode/v1/chat/completions",
        ),
        (
            "https://gateway.example/qwen/api/v1",
            "gateway",
            "https://gateway.example/qwen/compatible-mode/v1/chat/completions",
        ),
        ("https://proxy.example/media", "custom", "https://proxy.example/compatible-mode/v1/chat/completions"),
        (
            "http://127.0.0.1:8100/api/v1",
            "emulator",
            "http://127.0.0.1:8100/compatible-mode/v1/chat/completions",
        ),
        ("http://[::1]:8100/api/v1", "emulator", "http://[::1]:8100/compatible-mode/v1/chat/completions"),
    ],
)
def test_each_address_has_its_region_and_its_chat_call(base_url: str, region: str, chat: str) -> None:
    """The region follows from the host, and the chat call lives beside the base URL, behind the same prefix."""
    assert region_of(base_url) == region
    assert chat_url(base_url) == chat


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://dashscope.aliyuncs.com/api/v1/", "https://dashscope.aliyuncs.com/api/v1"),
        (" https://dashscope-intl.aliyuncs.com ", "https://dashscope-intl.aliyuncs.com/api/v1"),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", "https://dashscope.aliyuncs.com/api/v1"),
        ("https://gateway.example/a/b/", "https://gateway.example/a/b"),
        ("https://gateway.example", "https://gateway.example"),
        ("https://gateway.example/a?token=1#b", "https://gateway.example/a"),
        ("http://LOCALHOST:81/api/v1", "http://localhost:81/api/v1"),
    ],
)
def test_a_base_url_gets_one_form(given: str, used: str) -> None:
    """Slashes at the end go, the vendor's hosts get their path, and every other prefix stays."""
    assert normal_base_url(given) == used


@pytest.mark.parametrize("given", ["", "dashscope.aliyuncs.com", "ftp://x/api", "http://", "https://u:p@h/api/v1"])
def test_what_is_no_http_address_is_refused_without_being_repeated(given: str) -> None:
    """A base URL that cannot work is refused at once, and a password in it is not printed."""
    with pytest.raises(ValueError) as caught:
        normal_base_url(given)
    assert "u:p" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.9.0.1/x", True),
        ("http://localhost:1/x", True),
        ("http://a.localhost/x", True),
        ("http://10.0.0.1/x", False),
        ("https://localhost.example/x", False),
    ],
)
def test_loopback_is_this_machine_and_nothing_else(url: str, here: bool) -> None:
    """Only this machine's own addresses count as loopback."""
    assert is_loopback(url) is here
