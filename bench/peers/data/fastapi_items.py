"""FastAPI + SQLAlchemy 2 async on asyncpg, as their documentation teaches: declarative models, an AsyncSession per request by a
dependency, Pydantic response models read from attributes. asyncpg prepares and caches its statements by itself."""

import base64
import json
import os
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from sqlalchemy import Column, ForeignKey, Table, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import ENUM, JSONB, TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship, selectinload
from uuid_utils.compat import uuid7

Status = Literal["open", "active", "blocked", "closed"]
Time = TIMESTAMP(timezone=True, precision=3)


class Base(DeclarativeBase):
    pass


item_tags = Table(
    "item_tags",
    Base.metadata,
    Column("item_id", ForeignKey("items.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Owner(Base):
    __tablename__ = "owners"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    item_count: Mapped[int]


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]


class Item(Base):
    __tablename__ = "items"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("owners.id"))
    title: Mapped[str]
    notes: Mapped[str | None]
    status: Mapped[str] = mapped_column(ENUM("open", "active", "blocked", "closed", name="item_status"))
    done: Mapped[bool]
    priority: Mapped[int]
    price: Mapped[Decimal]
    due_at: Mapped[datetime | None] = mapped_column(Time)
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(Time, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(Time, server_default=func.now())
    owner: Mapped[Owner] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=item_tags)


class Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class NewItem(Model):
    owner_id: UUID
    title: str = Field(min_length=1, max_length=200)
    notes: str | None = Field(default=None, max_length=5000)
    status: Status
    done: bool
    priority: int = Field(ge=0, le=100)
    price: Decimal = Field(ge=0, max_digits=12, decimal_places=2)
    due_at: datetime | None = None
    meta: dict[str, Any]


class ItemOut(Model):
    id: UUID
    owner_id: UUID
    title: str
    notes: str | None
    status: Status
    done: bool
    priority: int
    price: Decimal
    due_at: datetime | None
    meta: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class OwnerOut(Model):
    id: UUID
    name: str
    email: str


class TagOut(Model):
    id: UUID
    name: str


class NestedItemOut(ItemOut):
    owner: OwnerOut
    tags: list[TagOut]


class ItemPage(Model):
    items: list[ItemOut]
    next: str | None


class NestedItemPage(Model):
    items: list[NestedItemOut]
    next: str | None


# A pool that does not close what it opens above its size: that would count against FastAPI.
engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgres://", "postgresql+asyncpg://"),
    pool_size=int(os.environ.get("POOL_SIZE", "10")),
    max_overflow=0,
)
new_session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


def encode_cursor(item: Item) -> str:
    return base64.urlsafe_b64encode(json.dumps([item.created_at.isoformat(), str(item.id)]).encode()).decode()


def decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        created_at, id = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(created_at), UUID(id)
    except ValueError:
        raise HTTPException(status_code=400, detail="cursor")


async def find_page(session: AsyncSession, owner_id: UUID, limit: int, cursor: str | None, *options: Any) -> dict[str, Any]:
    query = select(Item).where(Item.owner_id == owner_id).options(*options)
    if cursor is not None:
        query = query.where(tuple_(Item.created_at, Item.id) < decode_cursor(cursor))
    query = query.order_by(Item.created_at.desc(), Item.id.desc()).limit(limit + 1)
    rows = (await session.scalars(query)).all()
    page = rows[:limit]
    return {"items": page, "next": encode_cursor(page[-1]) if len(rows) > limit else None}


@app.get("/items")
async def list_items(
    session: Session,
    owner_id: Annotated[UUID, Query(alias="ownerId")],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
    include: Literal["owner,tags"] | None = None,
) -> ItemPage | NestedItemPage:
    if include is None:
        return ItemPage.model_validate(await find_page(session, owner_id, limit, cursor))
    related = (joinedload(Item.owner), selectinload(Item.tags))
    return NestedItemPage.model_validate(await find_page(session, owner_id, limit, cursor, *related))


@app.get("/items/{id}", response_model=ItemOut)
async def read_item(session: Session, id: UUID) -> Item:
    item = await session.get(Item, id)
    if item is None:
        raise HTTPException(status_code=404)
    return item


@app.post("/items", response_model=ItemOut, status_code=201)
async def create_item(session: Session, body: NewItem) -> Item:
    item = Item(**body.model_dump())
    session.add(item)
    await session.commit()
    return item


@app.post("/items-in-tx", response_model=ItemOut, status_code=201)
async def create_item_in_transaction(session: Session, body: NewItem) -> Item:
    async with session.begin():
        item = Item(**body.model_dump())
        session.add(item)
    return item


@app.post("/counted-items", response_model=ItemOut, status_code=201)
async def create_counted_item(session: Session, body: NewItem) -> Item:
    item = Item(**body.model_dump())
    session.add(item)
    await session.flush()
    await session.execute(update(Owner).where(Owner.id == item.owner_id).values(item_count=Owner.item_count + 1))
    await session.commit()
    return item
