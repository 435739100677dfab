"""Temporary uploads: the policy, and the host that takes the files behind `oss://` (provider-api.md)."""

from __future__ import annotations

import base64
import json
import uuid
from pathlib import Path, PurePosixPath

import anyio.to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from .misbehaviour import answer
from .refusal import invalid, new_id, storage_refusal
from .service import Service
from .store import Upload

MAX_MEGABYTES = 100
POLICY_SECONDS = 300
_KEY_ID = "LTAI5tEmulatorUploads"


async def get_policy(request: Request) -> Response:
    """`GET /uploads?action=getPolicy&model=…`: what the upload form must hold."""
    service = Service.of(request)
    account = service.account(request)
    model = request.query_params.get("model", "")

    async def work() -> Response:
        if request.query_params.get("action") != "getPolicy":
            raise invalid("Required parameter(action) missing or invalid, please check the request parameters.")
        if not model:
            raise invalid("Required parameter(model) missing or invalid, please check the request parameters.")
        folder = f"dashscope-instant/{account}/{uuid.uuid4().hex}"
        terms = {"account": account, "model": model, "dir": folder, "until": service.clock() + POLICY_SECONDS}
        policy = base64.b64encode(json.dumps(terms).encode()).decode()
        data = {
            "policy": policy,
            "signature": service.signer.sign(policy),
            "upload_dir": folder,
            "upload_host": f"{service.origin(request)}/upload",
            "expire_in_seconds": POLICY_SECONDS,
            "max_file_size_mb": MAX_MEGABYTES,
            "capacity_limit_mb": 99_999_999,
            "oss_access_key_id": _KEY_ID,
            "x_oss_object_acl": "private",
            "x_oss_forbid_overwrite": "true",
        }
        return JSONResponse({"request_id": new_id(), "data": data})

    return await answer(service.trouble("policy", model=model), work)


async def post_file(request: Request) -> Response:
    """`POST {upload_host}`: takes a file whose form carries a policy of ours."""
    service = Service.of(request)

    async def work() -> Response:
        async with request.form() as form:
            return await _store(service, form)

    return await answer(service.trouble("upload"), work)


async def get_file(request: Request) -> Response:
    """`GET /emulator/uploads/{key}`: an upload under http, for fields that take nothing else; no API key is asked for.

    The real service never shows an upload again: there such a file needs object storage of its user's own.
    """
    service = Service.of(request)
    upload = service.store.upload(request.path_params["key"])
    if upload is None or not (service.uploads / upload.file).is_file():
        return storage_refusal(404, "NoSuchKey", "The specified key does not exist.")
    return FileResponse(service.uploads / upload.file)


async def _store(service: Service, form: FormData) -> Response:
    policy, signature, key = (str(form.get(name, "")) for name in ("policy", "Signature", "key"))
    file = form.get("file")
    if not policy or not service.signer.matches(policy, signature) or form.get("OSSAccessKeyId") != _KEY_ID:
        return storage_refusal(403, "SignatureDoesNotMatch", "The request signature we calculated does not match.")
    terms = json.loads(base64.b64decode(policy))
    now = service.clock()
    if now > terms["until"]:
        return storage_refusal(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    name = key.removeprefix(f"{terms['dir']}/")
    if name == key or not name or PurePosixPath(name).name != name or name in {".", ".."}:
        return storage_refusal(403, "AccessDenied", "Invalid according to Policy: Policy Condition failed: key.")
    if not isinstance(file, UploadFile):
        return storage_refusal(400, "InvalidArgument", "The form holds no file.")
    if (file.size or 0) > MAX_MEGABYTES * 1024 * 1024:
        return storage_refusal(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
    suffix = PurePosixPath(name).suffix
    stored = uuid.uuid4().hex + (suffix if suffix.isascii() and len(suffix) < 9 else "")
    path = service.uploads / stored
    await anyio.to_thread.run_sync(_copy, file, path)
    if not service.store.add_upload(Upload(key, terms["account"], terms["model"], stored, now)):
        path.unlink(missing_ok=True)
        return storage_refusal(409, "FileAlreadyExists", "The object you specified already exists.")
    service.store.note("upload", now, key=key, account=terms["account"], model=terms["model"], bytes=file.size)
    status = str(form.get("success_action_status", "204"))
    return Response(status_code=int(status) if status in {"200", "201", "204"} else 204)


def _copy(file: UploadFile, path: Path) -> None:
    with path.open("wb") as target:
        while piece := file.file.read(1 << 20):
            target.write(piece)
