// NestJS on the platform that PLATFORM names, as its documentation teaches: controller, services, guard, validation pipe with
// class-validator. The decorators are called by hand, because Node strips types but does not compile decorators.
import 'reflect-metadata'
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Injectable,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Req,
  UnauthorizedException,
  UseGuards,
  ValidationPipe,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator'
import {
  accountOf,
  CURRENCIES,
  EMAIL_PATTERN,
  findProduct,
  placeOrder,
  pricesOf,
  REGIONS,
  regionOf,
  SECURITY_HEADERS,
  SKU_PATTERN,
} from '../http/domain.ts'
import { verifyBearer } from './verify.mjs'

/** What a compiler does for `@a @b method(@c x: X)`. */
function decorate(type, key, { method = [], params = [], types = [] }) {
  params.forEach((decorator, index) => decorator(type.prototype, key, index))
  Reflect.defineMetadata('design:paramtypes', types, type.prototype, key)
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, key)
  for (const decorator of method.reverse()) decorator(type.prototype, key, descriptor)
}

function fields(type, declarations) {
  for (const [key, decorators] of Object.entries(declarations)) {
    for (const decorator of decorators) decorator(type.prototype, key)
  }
}

function injectable(type, ...needs) {
  Reflect.defineMetadata('design:paramtypes', needs, type)
  Injectable()(type)
}

class NewOrder {}
fields(NewOrder, {
  customer: [IsString(), Length(1, 100)],
  email: [IsString(), MaxLength(254), Matches(new RegExp(EMAIL_PATTERN))],
  sku: [IsString(), Matches(new RegExp(SKU_PATTERN))],
  quantity: [IsInt(), Min(1), Max(100)],
  unitPrice: [IsNumber(), Min(0)],
  currency: [IsIn(CURRENCIES)],
  express: [IsBoolean()],
  tags: [IsArray(), ArrayMaxSize(10), IsString({ each: true }), Length(1, 30, { each: true })],
})

class AccountQuery {
  region = 'eu'
}
fields(AccountQuery, { region: [IsOptional(), IsIn(REGIONS)] })

class RegionService {
  find(name) {
    return regionOf(name)
  }
}
injectable(RegionService)

class PriceService {
  find(region) {
    return pricesOf(region)
  }
}
injectable(PriceService)

class AuthGuard {
  async canActivate(context) {
    const request = context.switchToHttp().getRequest()
    const pending = verifyBearer(request.headers.authorization)
    const claims = pending instanceof Promise ? await pending : pending
    if (claims === undefined) throw new UnauthorizedException()
    request.user = claims
    return true
  }
}
injectable(AuthGuard)

class ShopController {
  constructor(regions, prices) {
    this.regions = regions
    this.prices = prices
  }
  product(id) {
    return findProduct(id)
  }
  order(body) {
    return placeOrder(body)
  }
  account(query, request) {
    const region = this.regions.find(query.region)
    return accountOf(request.user.sub, region, this.prices.find(region))
  }
}
decorate(ShopController, 'product', {
  method: [Get('products/:id')],
  params: [Param('id', ParseIntPipe)],
  types: [Number],
})
decorate(ShopController, 'order', { method: [Post('orders'), HttpCode(201)], params: [Body()], types: [NewOrder] })
const accountMethod = [Get('account'), UseGuards(AuthGuard)]
decorate(ShopController, 'account', { method: accountMethod, params: [Query(), Req()], types: [AccountQuery, Object] })
Reflect.defineMetadata('design:paramtypes', [RegionService, PriceService], ShopController)
Controller()(ShopController)

class AppModule {}
Module({ controllers: [ShopController], providers: [RegionService, PriceService, AuthGuard] })(AppModule)

const context = new AsyncLocalStorage()

async function onFastify() {
  const { FastifyAdapter } = await import('@nestjs/platform-fastify')
  const app = await NestFactory.create(AppModule, new FastifyAdapter({ genReqId: () => randomUUID() }), {
    logger: ['error'],
  })
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      reply.header('x-request-id', request.id)
      reply.headers(SECURITY_HEADERS)
      context.run(request, done)
    })
  return app
}

async function onExpress() {
  const app = await NestFactory.create(AppModule, { logger: ['error'] })
  app.disable('x-powered-by')
  app.disable('etag')
  app.use((req, res, next) => {
    req.id = randomUUID()
    res.setHeader('x-request-id', req.id)
    res.set(SECURITY_HEADERS)
    context.run(req, next)
  })
  return app
}

const app = await (process.env.PLATFORM === 'fastify' ? onFastify() : onExpress())
app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }))
await app.listen(Number(process.env.PORT), '127.0.0.1')
