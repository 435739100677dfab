"""The wire: submit, call, query, list, cancel, upload."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, BinaryIO, Self
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from blocks import catalog
from blocks.client.addresses import Region, chat_url, is_loopback, normal_base_url, region_of
from blocks.client.errors import AnswerLost, BadAnswer, DashScopeError, ModelNotFound, error_from
from blocks.client.listing import TaskPage, provider_time, read_page
from blocks.client.redacting import guard_logs, redact
from blocks.client.sending import Connections, answer_of, machine_time, refusal
from blocks.client.uploading import Form, check_size, expired, opened, read_ticket, storage_error

# Submits and queries answer at once; a synchronous call may take the service's own 300 s (models-extra.yaml errors,
# RequestTimeOut), an upload as long as the file does.
_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 60.0
_QUERY_SECONDS = 20.0
_CALL_SECONDS = 310.0
_POOL_SECONDS = 120.0
_PROBE_SECONDS = 5.0


class Client:
    """DashScope over HTTP: one address, one account.

    It makes its connections when first used, one pool for every event loop, and may be shared by any number of tasks.

    Args:
        base_url: e.g. ``https://dashscope.aliyuncs.com/api/v1``, or a gateway's with its prefix.
        api_key: sent as a bearer token to the base URL's host only; None for the emulator and open gateways.
        timeout: seconds to wait for an answer, or a whole httpx.Timeout, instead of what fits each call.
        transport: takes the place of the network, for tests.

    Attributes:
        base_url: as above, without a slash at its end.
        region: where that is: ``beijing``, ``singapore``, ``virginia``, ``gateway``, ``emulator`` or ``custom``.
        account: which account at which host, without the key: results of one are of no use to another.

    Raises:
        ValueError: the base URL is no http(s) address, or the key holds characters no key has.
    """

    def __init__(
        self,
        base_url: str,
        api_key: SecretStr | None = None,
        *,
        timeout: float | httpx.Timeout | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        guard_logs()
        self.base_url: str = normal_base_url(base_url)
        self.region: Region = region_of(self.base_url)
        self._key = _checked_key(api_key)
        self.account: str = _account(self._key, self.base_url)
        self._timeout = timeout
        self._tasks_path = "tasks/"
        self._http = Connections(
            transport=transport,
            trust_env=not self.is_loopback,
            headers={"User-Agent": _user_agent(), "Accept": "application/json"},
        )

    def __repr__(self) -> str:
        key = "'***'" if self._key else "None"
        return f"Client({self.base_url!r}, api_key={key}, region={self.region!r})"

    @property
    def is_loopback(self) -> bool:
        """Whether the address is this machine: the emulator, or a test's server."""
        return is_loopback(self.base_url)

    @property
    def time(self) -> datetime:
        """The time by the provider's clock, as its last answer told it; before any, by this machine's. UTC."""
        return machine_time() + self._http.ahead

    async def is_emulator(self) -> bool:
        """Whether our own emulator answers: only this machine is asked, without the key. A gateway here is none."""
        if not self.is_loopback:
            return False
        try:
            address = chat_url(self.base_url, "/emulator")
            response = await self._http.send("GET", address, timeout=self._patience(_PROBE_SECONDS))
        except DashScopeError:
            return False
        return response.is_success and "render" in (answer_of(response) or {})

    async def submit(self, request: catalog.Request, *, before: Callable[[], None] | None = None) -> catalog.Answer:
        """Hand in a request of an asynchronous model.

        Args:
            request: with every media value reachable for the provider.
            before: called once the connection stands, right before the request leaves; what it raises keeps it here.

        Returns:
            The provider's answer, with a task id.

        Raises:
            DashScopeError: ``accepted`` tells whether it can have been accepted all the same.
            ValueError: the model is not asynchronous.
        """
        row = request.row
        if row.at_once:
            raise ValueError(f"{row.id} answers at once: use call() instead of submit().")
        headers = {"X-DashScope-Async": "enable", **_resolve(request)}
        url = self._url(row.endpoint)
        body = await self._post(url, request, headers, self._patience(_ANSWER_SECONDS), before)
        answer = self._read(row.id, body)
        if not answer.task_id:
            raise AnswerLost("The provider's answer holds no task_id", http_status=200, request_id=answer.request_id)
        return answer

    async def call(self, request: catalog.Request, *, before: Callable[[], None] | None = None) -> catalog.Answer:
        """Ask a synchronous model or a chat model.

        Args:
            request: with every media value reachable for the provider.
            before: as of `submit`.

        Returns:
            The provider's answer with its values.

        Raises:
            DashScopeError: ``accepted`` tells whether it can have been carried out all the same.
            ValueError: the model is asynchronous.
        """
        row = request.row
        if not row.at_once:
            raise ValueError(f"{row.id} is asynchronous: use submit() instead of call().")
        url = chat_url(self.base_url, row.endpoint) if row.mode == "chat" else self._url(row.endpoint)
        body = await self._post(url, request, _resolve(request), self._patience(_CALL_SECONDS), before)
        return self._read(row.id, body)

    async def query(self, task_id: str, model: str | None = None) -> catalog.Answer:
        """Ask how a task is doing. Free; at most 20 a second for the whole account.

        Args:
            task_id: as the submit gave it.
            model: reads the result by the model's row; without it every URL of the answer is taken.

        Returns:
            Its answer, terminal or not.

        Raises:
            DashScopeError: the call failed; asking again costs nothing.
        """
        body = await self._free("GET", self._url(f"tasks/{quote(task_id, safe='')}"), model=model)
        answer = self._read(model, body)
        if answer.status is None and body.get("code"):
            raise self._masked(error_from(200, body, model=model))
        if answer.status is None or (answer.status is catalog.Status.UNKNOWN and not _says_unknown(body)):
            raise BadAnswer(f"The answer about task {task_id} names no status we know", request_id=answer.request_id)
        if answer.task_id and answer.task_id != task_id:
            raise BadAnswer(f"The answer about task {task_id} is about {answer.task_id}", request_id=answer.request_id)
        return answer

    async def list_tasks(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        model: str | None = None,
        status: catalog.Status | None = None,
        page: int = 1,
        page_size: int = 100,
    ) -> TaskPage:
        """List the account's tasks of the last 24 hours, whichever key sent them. Free; it carries no results.

        Args:
            start: tasks since then; at most 24 h before ``end``.
            end: tasks until then.
            model: only this model's.
            status: only those.
            page: from 1.
            page_size: the provider may give fewer: go on until ``page.last``.

        Returns:
            One page.

        Raises:
            DashScopeError: the call failed; RefusedRequest also when the address does not offer it.
        """
        params = {
            "start_time": provider_time(start) if start else "",
            "end_time": provider_time(end) if end else "",
            "model_name": model or "",
            "status": str(status) if status else "",
            "page_no": str(page),
            "page_size": str(page_size),
        }
        asked = {name: value for name, value in params.items() if value}
        try:
            body = await self._free("GET", self._url(self._tasks_path), params=asked)
        except DashScopeError as error:
            # The pages print the path with and without the slash (models-extra.yaml async_tasks.path_oddity).
            if error.http_status not in (301, 302, 307, 308, 404, 405) or self._tasks_path == "tasks":
                raise
            body = await self._free("GET", self._url("tasks"), params=asked)
            self._tasks_path = "tasks"
        if not isinstance(body.get("data"), list):
            if body.get("code"):
                raise self._masked(error_from(200, body))
            raise BadAnswer("The task list holds no list")
        return read_page(body, page=page, page_size=page_size)

    async def cancel(self, task_id: str) -> None:
        """Cancel a task that is still PENDING.

        Raises:
            NotCancellable: it already runs or has ended.
            DashScopeError: the call failed; asking again costs nothing.
        """
        await self._free("POST", self._url(f"tasks/{quote(task_id, safe='')}/cancel"))

    async def upload(self, source: str | os.PathLike[str] | BinaryIO, *, name: str, model: str) -> str:
        """Hand a local file to one model for 48 hours. Beijing only; streams, nothing is read whole.

        Args:
            source: a path, or a seekable binary file.
            name: the file's name; its extension tells the kind.
            model: the only model that will be able to read it.

        Returns:
            ``oss://…``, to be used as the media value of a request.

        Raises:
            RefusedRequest: the file is too big or empty, or the storage refuses it.
            DashScopeError: the call failed; uploading again costs nothing.
        """
        error: DashScopeError | None = None
        for _ in range(2):
            policy = {"action": "getPolicy", "model": model}
            ticket = read_ticket(await self._free("GET", self._url("uploads"), params=policy, model=model))
            with opened(source) as (file, size):
                check_size(size, ticket, name)
                form = Form(ticket, name, file, size)
                response = await self._http.send(
                    "POST", ticket.host, headers=form.headers, content=form, timeout=self._patience(_CALL_SECONDS)
                )
            if response.is_success:
                return f"oss://{ticket.key(name)}"
            said = response.content[:4000].decode("utf-8", "replace")
            error = storage_error(response.status_code, said)
            if not expired(said):
                break
        assert error is not None
        raise error

    async def aclose(self) -> None:
        """Close the connections made in the running event loop."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _url(self, endpoint: str) -> str:
        return f"{self.base_url}/{endpoint.lstrip('/')}"

    def _auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key}"} if self._key else {}

    def _patience(self, seconds: float) -> httpx.Timeout:
        if isinstance(self._timeout, httpx.Timeout):
            return self._timeout
        answer = seconds if self._timeout is None else self._timeout
        return httpx.Timeout(answer, connect=min(_CONNECT_SECONDS, answer), pool=_POOL_SECONDS)

    async def _post(
        self,
        url: str,
        request: catalog.Request,
        headers: Mapping[str, str],
        timeout: httpx.Timeout,
        before: Callable[[], None] | None = None,
    ) -> dict[str, Any]:
        """Send what may be paid for; every failure says whether it can have been accepted."""
        if (elsewhere := catalog.not_served(request, self.region)) is not None:
            raise ModelNotFound(f"{elsewhere.message}; nothing was sent")
        response = await self._http.send(
            "POST", url, headers={**self._auth(), **headers}, body=request.body(), timeout=timeout, before=before
        )
        if not response.is_success:
            raise self._masked(refusal(response, model=request.model))
        body = answer_of(response)
        if body is None:
            raise AnswerLost("The provider's answer is no JSON object", http_status=response.status_code)
        if body.get("code") and not body.get("output") and not body.get("choices"):
            raise self._masked(error_from(response.status_code, body, model=request.model))
        return body

    async def _free(
        self, method: str, url: str, *, params: Mapping[str, str] | None = None, model: str | None = None
    ) -> dict[str, Any]:
        """Make a call that costs nothing."""
        response = await self._http.send(
            method, url, headers=self._auth(), params=params, timeout=self._patience(_QUERY_SECONDS)
        )
        if not response.is_success:
            raise self._masked(refusal(response, model=model))
        body = answer_of(response)
        if body is None:
            raise BadAnswer("The provider's answer is no JSON object", http_status=response.status_code)
        return body

    def _masked(self, error: DashScopeError) -> DashScopeError:
        error.message = redact(error.message, self._key)
        error.args = (error.message,)
        return error

    def _read(self, model: str | None, body: Mapping[str, Any]) -> catalog.Answer:
        """An answer; where its messages repeat our key, without it."""
        answer = catalog.read(model, body)
        if answer.message:
            answer = replace(answer, message=redact(answer.message, self._key))
        parts = tuple(replace(part, message=redact(part.message, self._key)) for part in answer.failed_parts)
        return replace(answer, failed_parts=parts) if parts else answer


def _says_unknown(body: Mapping[str, Any]) -> bool:
    """Whether the provider itself says UNKNOWN: any word nobody documented is read so too, and is no end."""
    return str(body["output"]["task_status"]).upper() == catalog.Status.UNKNOWN


def _resolve(request: catalog.Request) -> dict[str, str]:
    """The header an uploaded file needs to be found."""
    uploaded = any(media.value.startswith("oss://") for media in request.media())
    return {"X-DashScope-OssResourceResolve": "enable"} if uploaded else {}


def _checked_key(api_key: SecretStr | None) -> str:
    key = api_key.get_secret_value().strip() if api_key is not None else ""
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        # httpx would quote the header, and with it the key, in its own error.
        raise ValueError("The API key holds blanks or characters no key has; copy it again from the console.")
    return key


def _account(key: str, base_url: str) -> str:
    url = httpx.URL(base_url)
    who = hashlib.sha256(key.encode()).hexdigest()[:12] if key else "anonymous"
    return f"{who}@{url.netloc.decode('ascii')}"


@lru_cache(maxsize=1)
def _user_agent() -> str:
    try:
        return f"wanflow/{version('wanflow')}"
    except PackageNotFoundError:
        return "wanflow"
