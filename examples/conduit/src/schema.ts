import { articles, articleTags } from './articles/table.ts'
import { comments } from './comments/table.ts'
import { favorites } from './favorites/table.ts'
import { follows } from './profiles/table.ts'
import { authTables, users } from './users/table.ts'

/** All tables: `ashlar migrate make` writes the SQL that leads to them, and `ashlar migrate check` says where they differ from it. */
export const schema = { users, ...authTables, follows, articles, articleTags, favorites, comments }
