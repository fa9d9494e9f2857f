"""What a request carries, read no further and no longer than anybody needs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from .quotas import Quotas, TooMuch


@asynccontextmanager
async def body_of(request: Request, quotas: Quotas, most: int) -> AsyncIterator[bytes]:
    """The body of *request*, counted as held as long as it is worked with.

    Raises HTTPException where it is longer than *most* bytes, or too slow; TooMuch
    where too much of others is held already.
    """
    with quotas.held.share() as held:
        chunks: list[bytes] = []
        async for chunk in _chunks(request, quotas.limits.body):
            held.grow(len(chunk))
            if held.size > most:
                raise HTTPException(413, "the request is too large")
            if not held.has_room:
                raise TooMuch("too many large requests at once: try again later")
            chunks.append(chunk)
        yield b"".join(chunks)


async def _chunks(request: Request, seconds: float) -> AsyncIterator[bytes]:
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                yield chunk
    except TimeoutError:
        raise HTTPException(408, "the request is too slow") from None
    except ClientDisconnect:
        raise HTTPException(400, "the request has no end") from None
