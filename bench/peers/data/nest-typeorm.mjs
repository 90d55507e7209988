// NestJS + TypeORM on Nest's Fastify platform, as their documentation teaches: repository by injection, DTO with class-validator, query
// builder for the keyset, relations option for the nested list. The decorators are called by hand, because Node does not compile them.
import 'reflect-metadata'
import { randomUUIDv7 } from 'node:crypto'
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Injectable,
  Module,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  ValidationPipe,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm'
import { Type } from 'class-transformer'
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator'
import { EntitySchema } from 'typeorm'
import { decodeCursor, encodeCursor } from './shared.mjs'

const time = (name, more) => ({ name, type: 'timestamp with time zone', precision: 3, ...more })
const Owner = new EntitySchema({
  name: 'Owner',
  tableName: 'owners',
  columns: {
    id: { type: 'uuid', primary: true },
    name: { type: 'text' },
    email: { type: 'text' },
    itemCount: { name: 'item_count', type: 'integer', select: false },
  },
})
const Tag = new EntitySchema({
  name: 'Tag',
  tableName: 'tags',
  columns: { id: { type: 'uuid', primary: true }, name: { type: 'text' } },
})
const Item = new EntitySchema({
  name: 'Item',
  tableName: 'items',
  columns: {
    id: { type: 'uuid', primary: true },
    ownerId: { name: 'owner_id', type: 'uuid' },
    title: { type: 'text' },
    notes: { type: 'text', nullable: true },
    status: { type: 'enum', enum: ['open', 'active', 'blocked', 'closed'], enumName: 'item_status' },
    done: { type: 'boolean' },
    priority: { type: 'integer' },
    price: { type: 'numeric', precision: 12, scale: 2 },
    dueAt: time('due_at', { nullable: true }),
    meta: { type: 'jsonb' },
    createdAt: time('created_at', { createDate: true }),
    updatedAt: time('updated_at', { updateDate: true }),
  },
  relations: {
    owner: { type: 'many-to-one', target: 'Owner', joinColumn: { name: 'owner_id' } },
    tags: {
      type: 'many-to-many',
      target: 'Tag',
      joinTable: { name: 'item_tags', joinColumn: { name: 'item_id' }, inverseJoinColumn: { name: 'tag_id' } },
    },
  },
})

function fields(type, declarations) {
  for (const [key, decorators] of Object.entries(declarations)) {
    for (const decorator of decorators) decorator(type.prototype, key)
  }
}

class NewItem {}
fields(NewItem, {
  ownerId: [IsUUID()],
  title: [IsString(), Length(1, 200)],
  notes: [IsOptional(), IsString(), MaxLength(5000)],
  status: [IsIn(['open', 'active', 'blocked', 'closed'])],
  done: [IsBoolean()],
  priority: [IsInt(), Min(0), Max(100)],
  price: [Matches(/^\d{1,10}(\.\d{1,2})?$/)],
  dueAt: [IsOptional(), IsISO8601()],
  meta: [IsObject()],
})

class ListQuery {
  limit = 20
}
fields(ListQuery, {
  ownerId: [IsUUID()],
  limit: [Type(() => Number), IsInt(), Min(1), Max(100)],
  cursor: [IsOptional(), IsString()],
  include: [IsOptional(), IsIn(['owner,tags'])],
})

class ItemService {
  constructor(items) {
    this.items = items
  }
  async list({ ownerId, limit, cursor, include }) {
    const query = this.items.createQueryBuilder('item').where('item.ownerId = :ownerId', { ownerId })
    if (include !== undefined) query.leftJoinAndSelect('item.owner', 'owner').leftJoinAndSelect('item.tags', 'tags')
    if (cursor !== undefined) {
      const position = decodeCursor(cursor)
      if (position === undefined) throw new BadRequestException('cursor')
      query.andWhere('(item.createdAt, item.id) < (:createdAt, :id)', position)
    }
    query.orderBy('item.createdAt', 'DESC').addOrderBy('item.id', 'DESC')
    // take() pages joined rows by a statement of its own for the ids; without joins limit() is the plain way.
    const rows = await (include === undefined ? query.limit(limit + 1) : query.take(limit + 1)).getMany()
    const items = rows.slice(0, limit)
    const last = items.at(-1)
    return { items, next: rows.length > limit ? encodeCursor(last.createdAt, last.id) : null }
  }
  async read(id) {
    const item = await this.items.findOneBy({ id })
    if (item === null) throw new NotFoundException()
    return item
  }
  async create(body) {
    const item = this.items.create({ notes: null, dueAt: null, ...body, id: randomUUIDv7() })
    await this.items.insert(item)
    return { ...item, dueAt: item.dueAt && new Date(item.dueAt) }
  }
  async createInTransaction(body) {
    return this.items.manager.transaction(async (manager) => {
      const item = manager.create('Item', { notes: null, dueAt: null, ...body, id: randomUUIDv7() })
      await manager.insert('Item', item)
      return { ...item, dueAt: item.dueAt && new Date(item.dueAt) }
    })
  }
  async createCounted(body) {
    return this.items.manager.transaction(async (manager) => {
      const item = manager.create('Item', { notes: null, dueAt: null, ...body, id: randomUUIDv7() })
      await manager.insert('Item', item)
      await manager.increment('Owner', { id: item.ownerId }, 'itemCount', 1)
      return { ...item, dueAt: item.dueAt && new Date(item.dueAt) }
    })
  }
}
Injectable()(ItemService)
Reflect.defineMetadata('self:paramtypes', [{ index: 0, param: getRepositoryToken(Item) }], ItemService)
Reflect.defineMetadata('design:paramtypes', [Object], ItemService)

class ItemController {
  constructor(service) {
    this.service = service
  }
  list(query) {
    return this.service.list(query)
  }
  read(id) {
    return this.service.read(id)
  }
  create(body) {
    return this.service.create(body)
  }
  createInTransaction(body) {
    return this.service.createInTransaction(body)
  }
  createCounted(body) {
    return this.service.createCounted(body)
  }
}

/** What a compiler does for `@a method(@c x: X)`. */
function handler(key, method, param, type) {
  param(ItemController.prototype, key, 0)
  Reflect.defineMetadata('design:paramtypes', [type], ItemController.prototype, key)
  method(ItemController.prototype, key, Object.getOwnPropertyDescriptor(ItemController.prototype, key))
}
handler('list', Get('items'), Query(), ListQuery)
handler('read', Get('items/:id'), Param('id', ParseUUIDPipe), String)
handler('create', Post('items'), Body(), NewItem)
handler('createInTransaction', Post('items-in-tx'), Body(), NewItem)
handler('createCounted', Post('counted-items'), Body(), NewItem)
Reflect.defineMetadata('design:paramtypes', [ItemService], ItemController)
Controller()(ItemController)

class AppModule {}
Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL,
      poolSize: 10,
      entities: [Owner, Tag, Item],
      synchronize: false,
    }),
    TypeOrmModule.forFeature([Item]),
  ],
  controllers: [ItemController],
  providers: [ItemService],
})(AppModule)

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error'] })
app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }))
await app.listen(Number(process.env.PORT), '127.0.0.1')
