export const authors: readonly { readonly name: string; readonly bio: string }[] = [
  { name: 'jake', bio: 'I work at a dragon farm.' },
  { name: 'amelie', bio: 'Pastry chef in Lyon. Writes about butter, mostly.' },
  { name: 'tomasz', bio: 'Databases by day, synthesizers by night.' },
  { name: 'ines', bio: 'Cyclist, cartographer, collector of bad puns.' },
  { name: 'kenji', bio: 'Small software, carefully made.' },
  { name: 'nadia', bio: 'Gardener. The slugs here are real ones.' },
]

export interface Post {
  readonly title: string
  readonly description: string
  readonly body: string
  readonly tags: readonly string[]
}

export const posts: readonly Post[] = [
  {
    title: 'How to train your dragon',
    description: 'Ever wonder how?',
    body: 'Start small. A dragon that sits is worth two that fly.\n\n## What you need\n\n- patience\n- fish\n- a fireproof coat',
    tags: ['dragons', 'training'],
  },
  {
    title: 'Laminated dough without tears',
    description: 'Cold butter, warm coffee, and time.',
    body: 'Every failed croissant I have seen failed at the same place: the butter was in a hurry.\n\nRest the dough. Then rest it again.',
    tags: ['baking', 'patience'],
  },
  {
    title: 'An index is a promise',
    description: 'What your database does when you are not looking.',
    body: 'Each index makes one question quick and every write slower.\n\n1. Measure.\n2. Add it.\n3. Measure again.',
    tags: ['databases', 'postgres', 'performance'],
  },
  {
    title: 'Maps that lie beautifully',
    description: 'Every projection is a choice.',
    body: 'Mercator kept ships alive and made Greenland enormous. Choose what you are willing to distort.',
    tags: ['maps', 'history'],
  },
  {
    title: 'Delete the feature',
    description: 'The cheapest code is the code you do not run.',
    body: 'We removed a third of our settings page. Two people wrote to us. One of them said thank you.',
    tags: ['software', 'design'],
  },
  {
    title: 'Slugs and how to live with them',
    description: 'Beer traps, copper tape, and acceptance.',
    body: 'They come at night. So do hedgehogs, if you let them.',
    tags: ['gardening', 'patience'],
  },
  {
    title: 'What dragons eat in winter',
    description: 'Spoiler: not knights.',
    body: 'Mostly herring, kept in snow since autumn, and once a garden fence.',
    tags: ['dragons', 'food'],
  },
  {
    title: 'Sourdough for the impatient',
    description: 'You cannot hurry it, but you can do something else meanwhile.',
    body: 'Feed the starter, go for a walk, come back tomorrow.',
    tags: ['baking', 'food'],
  },
  {
    title: 'Transactions, explained with a kitchen',
    description: 'Atomicity is a clean counter.',
    body: 'Either the whole dish is served or nobody ever knows that you tried.',
    tags: ['databases', 'postgres'],
  },
  {
    title: 'Across the Pyrenees in nine days',
    description: 'Two wheels, eleven passes, one rain jacket.',
    body: 'On the sixth day the map and I disagreed. The map won.',
    tags: ['cycling', 'maps'],
  },
  {
    title: 'Names are the interface',
    description: 'A good name saves a paragraph.',
    body: 'If you need a comment to say what it is, look for another word first.',
    tags: ['software', 'design'],
  },
  {
    title: 'Compost is a slow conversation',
    description: 'Green, brown, water, air.',
    body: 'It will tell you what it needs: the nose knows before the thermometer does.',
    tags: ['gardening'],
  },
]

export const remarks: readonly string[] = [
  'Tried this at the weekend, and it worked the first time.',
  'I disagree about the second point, but thank you for writing it down.',
  'His name was my name too.',
  'More pictures, please!',
  'This saved me an afternoon.',
]
