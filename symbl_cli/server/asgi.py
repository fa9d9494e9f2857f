"""The application: routes and sockets, one port, under uvicorn or any ASGI server."""

import asyncio
import logging
import math
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from .. import __version__
from ..errors import SymblError
from ..protocol.local import LEASE_PATH, LOCAL_TENANT
from ..protocol.session import (
    CONNECTION_ID_RULE,
    ServerSession,
    State,
    is_connection_id,
)
from . import rest
from .bodies import body_of
from .connections import most_connections
from .credentials import Access
from .guard import Guard, token_of
from .live.directory import LocalDirectory
from .live.expiry import expire
from .live.leases import Leases
from .live.port import ConversationDirectory, Role
from .live.reaching import LiveHere
from .live.services import Services
from .quotas import Quotas, TooMuch
from .recognition.recognition import Recognition
from .settings import ServerSettings
from .sockets import StreamingSocket
from .store.passing import Passing, open_passing
from .store.store import Store, open_store

log = logging.getLogger(__name__)

_MOST_IMPORTED = 64 << 20
"""Bytes of a request: an exported conversation may be long."""
_MOST_BODY = 4 << 20
"""The same, of any other."""
_MOST_UNKNOWN = 16 << 10
"""The same, where nobody knows yet whose request it is."""

MakeDirectory: TypeAlias = Callable[[Services], LocalDirectory]


@dataclass(slots=True)
class Running:
    """What is open while the application runs."""

    desk: rest.Desk
    directory: LocalDirectory
    leases: Leases
    reading: ThreadPoolExecutor


def build_app(
    settings: ServerSettings,
    access: Access,
    make_directory: MakeDirectory = LocalDirectory,
) -> Starlette:
    """Nothing is opened here: the lifespan does, and closes it."""
    guard = Guard(settings.host, settings.allow_hosts, settings.allow_origins)
    streaming = partial(_converse, role=Role.SPEAKER)
    subscribing = partial(_converse, role=Role.SUBSCRIBER)
    app = Starlette(
        routes=[
            Route("/health", _health),
            Route("/oauth2/token:generate", _generate_token, methods=["POST"]),
            WebSocketRoute("/v1/streaming/{id:path}", streaming),
            WebSocketRoute("/v1/realtime/insights/{id:path}", streaming),
            WebSocketRoute("/v1/subscribe/{id:path}", subscribing),
            WebSocketRoute("/session/subscribe/{id:path}", subscribing),
            WebSocketRoute("/subscribe/{id:path}", subscribing),
            WebSocketRoute(LEASE_PATH, _lease),
            Route(
                "/v1/{path:path}",
                _rest,
                methods=list(getattr(rest, "METHODS", ["GET"])),
            ),
        ],
        middleware=[
            Middleware(_GuardMiddleware, guard=guard),
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.allow_origins),
                allow_methods=["*"],
                allow_headers=["*"],
            ),
        ],
        exception_handlers={
            HTTPException: _refused,
            TooMuch: _put_off,
            Exception: _failed,
        },
        lifespan=partial(_lifespan, settings=settings, make_directory=make_directory),
    )
    app.state.access = access
    app.state.quotas = Quotas(
        settings.limits,
        connections=most_connections(settings.limits),
        clock=time.monotonic,
    )
    return app


@asynccontextmanager
async def _lifespan(
    app: Starlette, *, settings: ServerSettings, make_directory: MakeDirectory
) -> AsyncIterator[Mapping[str, Any]]:
    """Leaves in `state.failure` what kept it from opening: uvicorn only logs it."""
    try:
        async with _opened(app, settings=settings, make_directory=make_directory):
            yield {}
    except SymblError as exc:
        app.state.failure = exc
        raise


@asynccontextmanager
async def _opened(
    app: Starlette, *, settings: ServerSettings, make_directory: MakeDirectory
) -> AsyncIterator[None]:
    leases = Leases()
    with (
        open_store(settings.data_folder) as store,
        open_passing() as passing,
        ThreadPoolExecutor(1, thread_name_prefix="analysis") as analysis,
        ThreadPoolExecutor(4, thread_name_prefix="reading") as reading,
    ):
        async with Recognition(
            recognizer=settings.recognizer,
            workers=settings.workers,
            models_folder=settings.models_folder,
        ) as recognition:
            directory = make_directory(
                Services(
                    store=store,
                    passing=passing,
                    recognition=recognition,
                    analysis=analysis,
                    leases=leases,
                    new_id=_new_id,
                    new_member_id=_new_member_id,
                    now=_now,
                    max_streams=settings.max_streams,
                    max_silence=settings.max_silence,
                    limits=settings.limits,
                )
            )
            live = LiveHere(directory, asyncio.get_running_loop())
            desk = _desk(store, passing, live)
            app.state.running = Running(desk, directory, leases, reading)
            await directory.restore()
            expiring = asyncio.create_task(expire(store, settings.keep, _now))
            yield
            expiring.cancel()
            await asyncio.wait({expiring})
            await directory.close()


def _new_id() -> str:
    """16 digits, as the Conversation API's ids have (conversation-api.md §0)."""
    return str(4_500_000_000_000_000 + uuid.uuid4().int % 2_400_000_000_000_000)


def _new_member_id() -> str:
    return str(uuid.uuid4())


def _now() -> datetime:
    return datetime.now(UTC)


def _desk(store: Store, passing: Passing, live: rest.Live) -> rest.Desk:
    return rest.Desk(
        store=store,
        passing=passing,
        now=_now,
        new_id=_new_id,
        new_member_id=_new_member_id,
        live=live,
    )


class _GuardMiddleware:
    """Host and Origin first; a refused knock costs nothing."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        host = connection.headers.get("host")
        address, port = scope.get("server") or ("", None)
        if not self._guard.admits_host(host, (address, port or 0)):
            await _deny(scope, receive, send, "this server has another name", 403)
        elif scope["type"] == "websocket" and not self._guard.admits_origin(
            connection.headers.get("origin"), host
        ):
            message = "this web page is not allowed here: see --allow-origin"
            await _deny(scope, receive, send, message, 403)
        else:
            await self._app(scope, receive, send)


async def _deny(
    scope: Scope, receive: Receive, send: Send, message: str, status: int
) -> None:
    response = JSONResponse({"message": message}, status)
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(response)
    else:
        await response(scope, receive, send)


def _running(connection: HTTPConnection) -> Running:
    running: Running = connection.app.state.running
    return running


def _quotas(connection: HTTPConnection) -> Quotas:
    quotas: Quotas = connection.app.state.quotas
    return quotas


def _tenant(connection: HTTPConnection) -> str | None:
    """Whose token *connection* carries; `None`: nobody's that is good."""
    access: Access = connection.app.state.access
    is_socket = connection.scope["type"] == "websocket"
    query = connection.query_params
    carried = query.get("access_token") or query.get("accessToken")
    token = token_of(
        carried if is_socket else None,
        dict(connection.headers),
        connection.scope.get("subprotocols", ()),
    )
    return access.tenant_of(token) if token else None


async def _health(_request: Request) -> Response:
    return JSONResponse({"version": __version__})


async def _generate_token(request: Request) -> Response:
    access: Access = request.app.state.access
    quotas = _quotas(request)
    async with body_of(request, quotas, _MOST_UNKNOWN) as body:
        where = request.client.host if request.client else ""
        who = f"{where} {access.app_of(body)}"
        quotas.guess(who)
        status, answer = access.generate(body)
    if status == HTTPStatus.UNAUTHORIZED:
        quotas.guessed_wrong(who)
    return JSONResponse(answer, status)


async def _rest(request: Request) -> Response:
    tenant = _tenant(request)
    if tenant is None:
        message = "Token validation failed for provided token."
        return JSONResponse({"message": message}, 401)
    running, quotas = _running(request), _quotas(request)
    quotas.ask(tenant)
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    is_import = request.method == "POST" and path.rstrip("/") == rest.CONVERSATIONS
    most = _MOST_IMPORTED if is_import else _MOST_BODY
    async with body_of(request, quotas, most) as body, quotas.turn(tenant):
        asked = rest.Request(
            method=request.method,
            path=path,
            query=dict(request.query_params),
            body=body,
            tenant=tenant,
        )
        reply = await asyncio.get_running_loop().run_in_executor(
            running.reading, rest.answer, asked, running.desk
        )
    return JSONResponse(reply.body, reply.status)


async def _converse(socket: WebSocket, *, role: Role) -> None:
    tenant = _tenant(socket)
    if tenant is None:
        message = "Token validation failed for provided token."
        await socket.send_denial_response(JSONResponse({"message": message}, 401))
        return
    if not is_connection_id(socket.path_params["id"]):
        denial = JSONResponse({"message": CONNECTION_ID_RULE}, 400)
        await socket.send_denial_response(denial)
        return
    try:
        with _quotas(socket).socket(tenant):
            await _serve(socket, tenant, role)
    except TooMuch as exc:
        await socket.send_denial_response(_later(exc))


async def _serve(socket: WebSocket, tenant: str, role: Role) -> None:
    """A socket that is welcome, to its end."""
    directory: ConversationDirectory = _running(socket).directory
    port = await directory.open(tenant, socket.path_params["id"], role)
    # symbl-js gives up after 25 s unless what it offered is chosen (§1.3).
    offered = socket.scope.get("subprotocols") or [None]
    await socket.accept(subprotocol=offered[0])
    state = State.IDLE if role is Role.SPEAKER else State.SUBSCRIBED
    session, limits = ServerSession(state), _quotas(socket).limits
    await StreamingSocket(socket, port, session=session, limits=limits).run()


async def _lease(socket: WebSocket) -> None:
    client = socket.query_params.get("client", "")
    # Only who read the address file knows whose client it speaks for.
    if _tenant(socket) != LOCAL_TENANT:
        await socket.send_denial_response(JSONResponse({"message": "no token"}, 401))
        return
    await socket.accept()
    leases = _running(socket).leases
    leases.take(client)
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, KeyError):
        pass
    finally:
        leases.release(client)


async def _refused(_request: Request, exc: Exception) -> Response:
    if not isinstance(exc, HTTPException):
        return await _failed(_request, exc)
    return JSONResponse({"message": exc.detail}, exc.status_code)


async def _put_off(_request: Request, exc: Exception) -> Response:
    if not isinstance(exc, TooMuch):
        return await _failed(_request, exc)
    return _later(exc)


def _later(exc: TooMuch) -> Response:
    wait = {"Retry-After": str(math.ceil(exc.wait))}
    return JSONResponse({"message": exc.message}, 429, wait)


async def _failed(_request: Request, exc: Exception) -> Response:
    log.error("a request failed", exc_info=exc)
    return JSONResponse({"message": "the server failed; see its log"}, 500)
