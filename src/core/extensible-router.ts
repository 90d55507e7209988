import type { Router, RouterChildren } from './router.ts'

/** A router whose operations can be replaced, added and taken away one by one; each time it is another router. */
export interface ExtensibleRouter<out Children = RouterChildren> extends Router<Children> {
  /** The same with these operations besides, or in the place of those of the same name. */
  with<const More extends RouterChildren>(operations: More): ExtensibleRouter<Omit<Children, keyof More> & More>
  /** The same without these operations. */
  without<const Name extends keyof Children>(...names: readonly Name[]): ExtensibleRouter<Omit<Children, Name>>
}

/** Makes a router extensible. `made` is told of each that is made of it, the first included. */
export function extensible(router: Router, made: (router: Router) => void = () => {}): ExtensibleRouter {
  const { children } = router
  const withChildren = (changed: RouterChildren): ExtensibleRouter => extensible({ ...router, children: changed }, made)
  const extended: ExtensibleRouter = {
    ...router,
    with: (more) => withChildren({ ...children, ...more }) as never,
    without: (...names) =>
      withChildren(
        Object.fromEntries(Object.entries(children).filter(([name]) => !(names as readonly string[]).includes(name))),
      ),
  }
  made(extended)
  return extended
}
