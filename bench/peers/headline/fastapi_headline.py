"""The list as a team usually writes it with FastAPI: PyJWT in a dependency, SQLAlchemy 2 async, Pydantic models, logging, prometheus_client."""

import json
import logging
import os
import sys
import time
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import Histogram, make_asgi_app
from sqlalchemy import select, tuple_
from uuid import UUID

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "data"))
from fastapi_items import Item, ItemPage, Session, Status, decode_cursor, encode_cursor  # noqa: E402

log = logging.getLogger("requests")
log.addHandler(logging.StreamHandler(sys.stdout))
log.setLevel(logging.INFO)
durations = Histogram("http_request_duration_seconds", "Duration of requests", ["method", "route", "status"])
secret = os.environ["JWT_SECRET"]
bearer = HTTPBearer(auto_error=False)
app = FastAPI()
app.mount("/metrics", make_asgi_app())


@app.middleware("http")
async def observe(request: Request, call_next):
    started = time.perf_counter()
    response = await call_next(request)
    elapsed = time.perf_counter() - started
    route = request.scope.get("route")
    path = route.path if route is not None else "unknown"
    durations.labels(request.method, path, response.status_code).observe(elapsed)
    user = getattr(request.state, "user_id", None)
    line = {"method": request.method, "url": str(request.url.path), "status": response.status_code, "durationMs": elapsed * 1000, "userId": str(user)}
    log.info(json.dumps(line))
    return response


async def current_user(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> UUID:
    try:
        claims = jwt.decode(credentials.credentials if credentials else "", secret, algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(status_code=401)
    request.state.user_id = UUID(claims["sub"])
    return request.state.user_id


@app.get("/items")
async def list_items(
    session: Session,
    user_id: Annotated[UUID, Depends(current_user)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
    status: Status | None = None,
) -> ItemPage:
    query = select(Item).where(Item.owner_id == user_id)
    if status is not None:
        query = query.where(Item.status == status)
    if cursor is not None:
        query = query.where(tuple_(Item.created_at, Item.id) < decode_cursor(cursor))
    query = query.order_by(Item.created_at.desc(), Item.id.desc()).limit(limit + 1)
    rows = (await session.scalars(query)).all()
    page = rows[:limit]
    return ItemPage.model_validate({"items": page, "next": encode_cursor(page[-1]) if len(rows) > limit else None})
