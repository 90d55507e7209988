import { expect, test } from 'vitest'
import { parseEntityTags } from './entity-tag.ts'

const strong = (opaque: string): object => ({ opaque, weak: false })

test.each([
  ['one tag', '"1"', [strong('1')]],
  ['a list', '"1", "2"', [strong('1'), strong('2')]],
  ['a list without spaces', '"1","2"', [strong('1'), strong('2')]],
  ['empty members, which a recipient takes', ', "1",,\t"2" ,', [strong('1'), strong('2')]],
  ['a comma inside of a tag', '"a,b"', [strong('a,b')]],
  ['an empty tag', '""', [strong('')]],
  ['a weak tag', 'W/"1"', [{ opaque: '1', weak: true }]],
  ['any', ' * ', '*'],
])('%s is read', (_, header, tags) => {
  expect(parseEntityTags(header)).toEqual(tags)
})

test.each(['', ',', '1', '"1', '1"', '"1" "2"', 'w/"1"', 'W/ "1"', '*, "1"', '"1", *', '"a b"', '"a""b"', '"\u0100"'])(
  '%j is neither tags nor any',
  (header) => {
    expect(parseEntityTags(header)).toBeUndefined()
  },
)

test('a header of the largest size is read in one pass', () => {
  const spaces = `"1"${' '.repeat(16_000)}x`
  expect(parseEntityTags(spaces)).toBeUndefined()
  expect(parseEntityTags(',"1"'.repeat(4000))).toHaveLength(4000)
})
