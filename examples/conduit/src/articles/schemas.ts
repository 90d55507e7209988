import { named } from 'ashlar'
import { tableSchemas } from 'ashlar/data'
import { z } from 'zod'
import { blankOrInvalid, filled, indexed } from '../inputs.ts'
import { Profile } from '../profiles/schemas.ts'
import { articles } from './table.ts'

const fields = {
  title: filled.meta({ examples: ['How to train your dragon'] }),
  description: filled.meta({ examples: ['Ever wonder how?'] }),
  body: filled.meta({ examples: ['You have to believe'] }),
  tagList: z
    .array(indexed, blankOrInvalid)
    .optional()
    .meta({ examples: [['dragons', 'training']] }),
}

export const NewArticle = named('NewArticle', z.object(fields, blankOrInvalid))
export const UpdateArticle = named('UpdateArticle', z.object(fields, blankOrInvalid).partial())

export type NewArticle = z.infer<typeof NewArticle>
export type UpdateArticle = z.infer<typeof UpdateArticle>

const { row } = tableSchemas(articles)

/** An article as lists show it: without its body. */
export const ArticlePreview = named(
  'ArticlePreview',
  row.pick({ slug: true, title: true, description: true, createdAt: true, updatedAt: true }).extend({
    tagList: z.array(z.string()),
    favorited: z.boolean().describe('Whether it is a favorite of the caller.'),
    favoritesCount: z.int(),
    author: Profile,
  }),
)
export const Article = named('Article', ArticlePreview.extend({ body: row.shape.body }))

export type ArticlePreview = z.infer<typeof ArticlePreview>
export type Article = z.infer<typeof Article>

export const ArticleResponse = named('ArticleResponse', z.object({ article: Article }))
export const ArticlesResponse = named(
  'ArticlesResponse',
  z.object({
    articles: z.array(ArticlePreview),
    articlesCount: z.int().describe('How many there are in all, on whatever page.'),
  }),
)

export type ArticlePage = z.infer<typeof ArticlesResponse>
