"""FastAPI as its documentation teaches: Pydantic models, Depends, no middleware. Everything async, so that nothing goes
through a thread pool; tokens verified once by PyJWT and remembered. No default features are added: this favours FastAPI."""

import time
from functools import lru_cache
from typing import Annotated, Literal

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

SECRET = "a-benchmark-secret-of-more-than-32-bytes"
Text30 = Annotated[str, Field(min_length=1, max_length=30)]


class Product(BaseModel):
    id: int
    name: str
    price: float
    inStock: bool
    updatedAt: str


class NewOrder(BaseModel):
    customer: str = Field(min_length=1, max_length=100)
    email: str = Field(max_length=254, pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
    sku: str = Field(pattern=r"^[A-Z]{3}-[0-9]{4}$")
    quantity: int = Field(ge=1, le=100)
    unitPrice: float = Field(ge=0)
    currency: Literal["EUR", "USD", "GBP"]
    express: bool
    tags: list[Text30] = Field(max_length=10)


class Order(NewOrder):
    id: str
    total: float


class Region(BaseModel):
    name: Literal["eu", "us"]
    currency: Literal["EUR", "USD"]


class Account(BaseModel):
    user: str
    region: Literal["eu", "us"]
    currency: Literal["EUR", "USD"]
    shipping: float
    taxPercent: int


app = FastAPI()


@lru_cache(maxsize=1000)
def verify(token: str) -> dict:
    return jwt.decode(token, SECRET, algorithms=["HS256"], audience="bench", issuer="https://bench.example")


async def current_user(authorization: Annotated[str | None, Header()] = None) -> str:
    if authorization is None or not authorization.startswith("Bearer "):
        raise HTTPException(status_code=401)
    try:
        claims = verify(authorization[7:])
    except jwt.PyJWTError:
        raise HTTPException(status_code=401)
    if claims["exp"] <= time.time():
        raise HTTPException(status_code=401)
    return claims["sub"]


async def find_region(region: Literal["eu", "us"] = "eu") -> Region:
    return Region(name=region, currency="EUR" if region == "eu" else "USD")


async def find_prices(region: Annotated[Region, Depends(find_region)]) -> tuple[float, int]:
    return (4.9, 19) if region.name == "eu" else (7.5, 8)


@app.get("/products/{id}")
async def read_product(id: int) -> Product:
    return Product(id=id, name="Walnut desk", price=349.5, inStock=True, updatedAt="2026-01-31T09:30:00.000Z")


@app.post("/orders", status_code=201)
async def create_order(order: NewOrder) -> Order:
    return Order(id="ord_8f2c", total=order.quantity * order.unitPrice, **order.model_dump())


@app.get("/account")
async def read_account(
    user: Annotated[str, Depends(current_user)],
    region: Annotated[Region, Depends(find_region)],
    prices: Annotated[tuple[float, int], Depends(find_prices)],
) -> Account:
    return Account(user=user, region=region.name, currency=region.currency, shipping=prices[0], taxPercent=prices[1])
