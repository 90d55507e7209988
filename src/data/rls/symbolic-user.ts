/** Stands for a property of the caller that is known only in the transaction. */
export class UserProperty {
  readonly property: string

  constructor(property: string) {
    this.property = property
  }

  /** A condition in JavaScript would be decided here, once for everybody. */
  [Symbol.toPrimitive](): never {
    throw new NotSymbolic(`it reckons with user.${this.property}`)
  }
}

/** Why a predicate cannot be written as SQL. */
export class NotSymbolic extends Error {}

interface SymbolicUser {
  readonly user: object
  /** How often each property was read. */
  readonly reads: ReadonlyMap<string, number>
}

/** A caller whose properties are not values but places in SQL. */
export function symbolicUser(): SymbolicUser {
  const reads = new Map<string, number>()
  const user = new Proxy(Object.freeze({}), {
    get: (_, key) => {
      if (typeof key === 'symbol') throw new NotSymbolic('it looks at the caller as a whole')
      reads.set(key, (reads.get(key) ?? 0) + 1)
      return property(key)
    },
    has: () => refuse(),
    ownKeys: () => refuse(),
    getOwnPropertyDescriptor: () => refuse(),
    getPrototypeOf: () => refuse(),
  })
  return { user, reads }
}

function refuse(): never {
  throw new NotSymbolic('it looks at which properties the caller has')
}

/** What is read of a property, or called on it, would be a condition that SQL does not see. */
function property(name: string): object {
  return new Proxy(new UserProperty(name), {
    get: (target, key) => {
      // Drizzle asks what it is given for its kind and for its SQL.
      if (typeof key === 'symbol' || key === 'getSQL' || key === 'constructor' || key === 'property')
        return Reflect.get(target, key) as unknown
      throw new NotSymbolic(`it uses user.${name}.${key}`)
    },
  })
}
